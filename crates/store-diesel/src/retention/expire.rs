use std::collections::BTreeMap;

use diesel::dsl::min;
use diesel::prelude::*;
use herald_domain::{Timestamp, UserKey};
use herald_ports::LiveEvent;

use super::Budget;
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::inbox::{Doomed, release, take_out};
use crate::schema::inbox_items::{self as items, expires_at, usr};
use crate::statements::RangeDsl;

/// When the next item expires.
pub(super) fn next(conn: &mut Conn) -> Result<Option<Timestamp>, Failure> {
    let next: Option<i64> = on_conn!(conn, c => items::table
        .filter(expires_at.gt(i64::MIN)) // is not null, in words that use the index
        .select(min(expires_at))
        .get_result(c))?;
    Ok(next.map(Timestamp::from_micros))
}

/// Removes some of the items that have expired.
pub(super) fn expire(
    conn: &mut Conn,
    now: Timestamp,
    mut budget: Budget,
) -> Result<Vec<LiveEvent>, Failure> {
    let rows: Vec<(i64, Doomed)> = on_conn!(conn, c => items::table
        .filter(expires_at.le(now.as_micros()))
        .order(expires_at)
        .select((usr, Doomed::as_select()))
        .range(0, budget.limit())
        .load(c))?;
    let mut inboxes: BTreeMap<i64, Vec<Doomed>> = BTreeMap::new();
    for (user, item) in rows {
        inboxes.entry(user).or_default().push(item);
    }
    let mut events = Vec::with_capacity(inboxes.len());
    let mut released: BTreeMap<i64, i64> = BTreeMap::new();
    for (user, expired) in inboxes {
        events.push(take_out(conn, UserKey::new(user), &expired, now)?);
        for item in &expired {
            *released.entry(item.notification).or_default() += 1;
        }
        budget.spend(expired.len());
        if budget.is_spent() {
            break;
        }
    }
    for (notification, inboxes) in released {
        release(conn, notification, inboxes)?;
    }
    Ok(events)
}

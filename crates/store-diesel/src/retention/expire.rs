use std::collections::BTreeMap;

use diesel::dsl::min;
use diesel::prelude::*;
use herald_domain::{Head, Timestamp, UserKey};
use herald_ports::LiveEvent;

use super::Budget;
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::inbox::{Doomed, Released, remove};
use crate::locks;
use crate::rows::{HEAD, HeadRow, head};
use crate::schema::inbox_heads;
use crate::schema::inbox_items::{self as items, expires_at, usr};
use crate::statements::{InListDsl, List, RangeDsl};

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
    let mut inboxes = expired(conn, now, &budget, None)?;
    if inboxes.is_empty() {
        return Ok(Vec::new());
    }
    let users: Vec<i64> = inboxes.keys().copied().collect();
    locks::heads(conn, &users)?;
    locks::estates(conn, &users)?;
    let users = List::of_numbers(users);
    if !conn.is_alone() {
        // some may have gone while we waited
        inboxes = expired(conn, now, &budget, Some(&users))?;
    }
    let mut heads = heads_of(conn, &users)?;
    let mut events = Vec::with_capacity(inboxes.len());
    let mut released = Released::default();
    for (user, expired) in inboxes {
        // who was deleted has no head, and nobody who is told
        let head = heads.entry(user).or_default();
        events.push(remove(conn, UserKey::new(user), head, &expired, now, &mut released)?);
        budget.spend(expired.len());
        if budget.is_spent() {
            break;
        }
    }
    released.write(conn)?;
    Ok(events)
}

/// The items that have expired, in that order.
macro_rules! due {
    ($now:expr) => {
        items::table
            .filter(expires_at.le($now.as_micros()))
            .order(expires_at)
            .select((usr, Doomed::as_select()))
    };
}

/// The items that expired first, by their users; only of these users, if any are named.
fn expired(
    conn: &mut Conn,
    now: Timestamp,
    budget: &Budget,
    users: Option<&List<i64>>,
) -> Result<BTreeMap<i64, Vec<Doomed>>, Failure> {
    let rows: Vec<(i64, Doomed)> = match users {
        None => on_conn!(conn, c => due!(now).range(0, budget.limit()).load(c))?,
        Some(users) => on_conn!(conn, c => due!(now)
            .filter(usr.in_list(users))
            .range(0, budget.limit())
            .load(c))?,
    };
    let mut inboxes: BTreeMap<i64, Vec<Doomed>> = BTreeMap::new();
    for (user, item) in rows {
        inboxes.entry(user).or_default().push(item);
    }
    Ok(inboxes)
}

/// Where these inboxes stand.
fn heads_of(conn: &mut Conn, users: &List<i64>) -> Result<BTreeMap<i64, Head>, Failure> {
    let rows: Vec<(i64, HeadRow)> = on_conn!(conn, c => inbox_heads::table
        .filter(inbox_heads::usr.in_list(users))
        .select((inbox_heads::usr, HEAD))
        .load(c))?;
    Ok(rows.into_iter().map(|(user, row)| (user, head(row))).collect())
}

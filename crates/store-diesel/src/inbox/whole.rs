//! Changes of a whole inbox.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use herald_domain::{Head, Timestamp, UserKey};
use herald_ports::{LiveEvent, Written};

use super::{hold_head, nothing, write_head};
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::schema::inbox_items::{self as items, read_at, rev, seen_at, usr};

pub(super) fn read_all(conn: &mut Conn, user: UserKey, now: Timestamp) -> Result<Written, Failure> {
    let Some(before) = hold_head(conn, user)? else {
        return Ok(nothing());
    };
    let head = Head { rev: before.rev.next(), unread: 0, unseen: 0 };
    let at = now.as_micros();
    let first_seen = sql::<Nullable<BigInt>>("coalesce(seen_at, ").bind::<BigInt, _>(at).sql(")");
    let touched = on_conn!(conn, c => diesel::update(items::table)
        .filter(usr.eq(user.get()))
        .filter(read_at.is_null())
        .set((rev.eq(head.rev.get()), read_at.eq(at), seen_at.eq(first_seen)))
        .execute(c))?;
    let event = LiveEvent::AllRead { user, head, at: now };
    written(conn, user, before, head, touched, event)
}

pub(super) fn seen_all(conn: &mut Conn, user: UserKey, now: Timestamp) -> Result<Written, Failure> {
    let Some(before) = hold_head(conn, user)? else {
        return Ok(nothing());
    };
    let head = Head { rev: before.rev.next(), unseen: 0, ..before };
    let touched = on_conn!(conn, c => diesel::update(items::table)
        .filter(usr.eq(user.get()))
        .filter(seen_at.is_null())
        .set((rev.eq(head.rev.get()), seen_at.eq(now.as_micros())))
        .execute(c))?;
    let event = LiveEvent::AllSeen { user, head, at: now };
    written(conn, user, before, head, touched, event)
}

/// Takes the revision, if any item was touched.
fn written(
    conn: &mut Conn,
    user: UserKey,
    before: Head,
    after: Head,
    touched: usize,
    event: LiveEvent,
) -> Result<Written, Failure> {
    let (head, event) = if touched == 0 {
        (before, None)
    } else {
        write_head(conn, user, after)?;
        (after, Some(event))
    };
    Ok(Written { head, event, items: Vec::new() })
}

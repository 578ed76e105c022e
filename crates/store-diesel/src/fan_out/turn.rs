use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use herald_domain::{NotificationId, State, Timestamp};
use herald_ports::{LiveEvent, Step};

use super::audience::{self, hold};
use super::wait::newest_user;
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::schema::{notifications, outbox, topics};
use crate::statements::{CountMembers, Group, Members, RangeDsl};

/// What to do next.
#[derive(Debug, Clone, Copy)]
pub(super) enum Turn {
    /// nothing is due
    Nobody,
    /// the time of this one has come
    Begin(i64),
    /// a step of this one
    Step {
        id: i64,
        /// how many users it is for; counted once
        total: Option<i64>,
    },
}

/// When there is something to do.
pub(super) fn next(conn: &mut Conn) -> Result<Option<Timestamp>, Failure> {
    if whose(conn, None, Hold::Nothing)?.is_some() {
        return Ok(Some(Timestamp::from_micros(0)));
    }
    Ok(first_scheduled(conn)?.map(|(_, due_at)| Timestamp::from_micros(due_at)))
}

/// What is to be done now. Counting takes a moment, so it is done here, where no writer waits for it.
pub(super) fn find(conn: &mut Conn, after: Option<&str>, now: Timestamp) -> Result<Turn, Failure> {
    look(conn, after, now, Hold::Nothing)
}

/// What is to be done now, if several processes look: it is nobody else's turn until the end of the
/// transaction. What others work on is passed over, unless there is nothing else.
pub(super) fn claim(conn: &mut Conn, after: Option<&str>, now: Timestamp) -> Result<Turn, Failure> {
    match look(conn, after, now, Hold::WhatIsFree)? {
        Turn::Nobody => look(conn, after, now, Hold::Whatever),
        turn => Ok(turn),
    }
}

/// What becomes of what is found.
#[derive(Debug, Clone, Copy)]
enum Hold {
    Nothing,
    /// it is held, and what somebody else holds is not found
    WhatIsFree,
    /// it is held, once nobody else does
    Whatever,
}

fn look(conn: &mut Conn, after: Option<&str>, now: Timestamp, how: Hold) -> Result<Turn, Failure> {
    if let Some((id, due_at)) = first_scheduled(conn)?
        && due_at <= now.as_micros()
    {
        return Ok(Turn::Begin(id));
    }
    match whose(conn, after, how)? {
        Some(id) => Ok(Turn::Step { id, total: uncounted(conn, id)? }),
        None => Ok(Turn::Nobody),
    }
}

/// Begins with what has waited for its time: it is for those who are there now.
pub(super) fn begin(conn: &mut Conn, id: i64) -> Result<Step, Failure> {
    let Some(row) = hold(conn, id)?.filter(|row| !row.is_due) else {
        return Ok(super::step::nothing(id));
    };
    let group = row.group()?;
    let last = match (&group, row.last) {
        (_, Some(last)) => last,
        (Group::Topic(topic), None) if !exists(conn, *topic)? => 0,
        _ => newest_user(conn)?,
    };
    on_conn!(conn, c => diesel::update(outbox::table.find(id))
        .set((outbox::due_at.eq(None::<i64>), outbox::last.eq(last)))
        .execute(c))?;
    on_conn!(conn, c => diesel::update(notifications::table.find(id))
        .set(notifications::state.eq(State::Expanding.as_str()))
        .execute(c))?;
    let notification = NotificationId::new(id);
    let is_group = !matches!(group, Group::Listed(_));
    let events = is_group.then_some(LiveEvent::Expanding { notification }).into_iter().collect();
    Ok(Step { notification, principal: row.principal, reached: 0, done: false, events })
}

fn exists(conn: &mut Conn, topic: i64) -> Result<bool, Failure> {
    let named: i64 = on_conn!(conn, c => topics::table
        .filter(topics::id.eq(topic))
        .filter(topics::name.is_not_null())
        .count()
        .get_result(c))?;
    Ok(named > 0)
}

/// What is to be begun with first, and when.
fn first_scheduled(conn: &mut Conn) -> Result<Option<(i64, i64)>, Failure> {
    Ok(on_conn!(conn, c => outbox::table
        .filter(outbox::due_at.is_not_null())
        .order(outbox::due_at)
        .select((outbox::notification, outbox::due_at.assume_not_null()))
        .range(0, 1)
        .get_result(c)
        .optional())?)
}

/// Whose turn it is: see [`FanOutStore::step`](herald_ports::FanOutStore::step).
fn whose(conn: &mut Conn, after: Option<&str>, how: Hold) -> Result<Option<i64>, Failure> {
    for critical in [true, false] {
        for after in [after, None] {
            let first = outbox::table
                .filter(sql::<Bool>("due_at IS NULL")) // in the words of the index
                .filter(outbox::critical.eq(critical))
                // no name comes before the empty one
                .filter(outbox::principal.gt(after.unwrap_or_default()))
                .order((outbox::principal, outbox::steps, outbox::notification))
                .select(outbox::notification);
            let first = match (&mut *conn, how) {
                (Conn::Pg(c), Hold::WhatIsFree) => {
                    first.limit(1).for_update().skip_locked().get_result(c)
                }
                (Conn::Pg(c), Hold::Whatever) => first.limit(1).for_update().get_result(c),
                (conn, _) => on_conn!(conn, c => first.range(0, 1).get_result(c)),
            }
            .optional()?;
            if first.is_some() {
                return Ok(first);
            }
        }
    }
    Ok(None)
}

/// How many users it is for, if nobody has counted them yet.
fn uncounted(conn: &mut Conn, id: i64) -> Result<Option<i64>, Failure> {
    let counted: Option<Option<i64>> = on_conn!(conn, c => notifications::table
        .filter(notifications::id.eq(id))
        .select(notifications::total)
        .get_result(c)
        .optional())?;
    if counted != Some(None) {
        return Ok(None);
    }
    let Some(row) = audience::find(conn, id)? else {
        return Ok(None);
    };
    let (group, through) = (row.group()?, row.last.unwrap_or(0));
    let members = Members::within(&group, 0, through);
    Ok(Some(on_conn!(conn, c => CountMembers(members).get_result(c))?))
}

//! When there is something to do, and how much.

use diesel::dsl::{min, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use herald_domain::{Channel, Timestamp};
use herald_ports::Backlog;

use crate::conn::{Conn, on_conn};
use crate::failure::{Failure, column};
use crate::schema::{deliveries, held, plans};
use crate::statements::RangeDsl;

/// When something can be decided.
pub(super) fn next_plan(conn: &mut Conn) -> Result<Option<Timestamp>, Failure> {
    let plan: Option<i64> = on_conn!(conn, c => plans::table
        .filter(plans::notification.gt(0))
        .order(plans::notification)
        .select(plans::notification)
        .range(0, 1)
        .get_result(c)
        .optional())?;
    if plan.is_some() {
        return Ok(Some(Timestamp::from_micros(0)));
    }
    let mut next = None;
    for digest in [false, true] {
        let first: Option<i64> = on_conn!(conn, c => held::table
            .filter(held::digest.eq(digest))
            .select(min(held::due_at))
            .get_result(c))?;
        next = earlier(next, first);
    }
    Ok(next.map(Timestamp::from_micros))
}

/// When the next delivery of a channel is due.
pub(super) fn next_delivery(
    conn: &mut Conn,
    channel: Channel,
) -> Result<Option<Timestamp>, Failure> {
    let mut next = None;
    for urgent in [true, false] {
        let first: Option<i64> = on_conn!(conn, c => deliveries::table
            .filter(deliveries::channel.eq(channel.as_str()))
            .filter(deliveries::urgent.eq(urgent))
            .filter(deliveries::due_at.is_not_null())
            .select(min(deliveries::due_at))
            .get_result(c))?;
        next = earlier(next, first);
    }
    Ok(next.map(Timestamp::from_micros))
}

/// How much waits by every external channel.
pub(super) fn backlog(conn: &mut Conn) -> Result<Vec<Backlog>, Failure> {
    let counts: Vec<(String, i64)> = on_conn!(conn, c => deliveries::table
        .filter(sql::<Bool>("status = 'failed'")) // in the words of the index
        .group_by(deliveries::channel)
        .select((deliveries::channel, diesel::dsl::count_star()))
        .load(c))?;
    let mut dead = Vec::with_capacity(counts.len());
    for (name, count) in counts {
        let channel: Channel = column("deliveries", "channel", name.parse())?;
        dead.push((channel, count));
    }
    let of_channel = |channel| {
        let count = dead.iter().find(|(of, _)| *of == channel).map_or(0, |(_, count)| *count);
        Ok(Backlog { channel, oldest_due: next_delivery(conn, channel)?, dead: count })
    };
    Channel::EXTERNAL.into_iter().map(of_channel).collect()
}

fn earlier(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    one.into_iter().chain(other).min()
}

//! Dead letters.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use herald_domain::{DeliveryId, DeliveryStatus, Timestamp};
use herald_ports::DeliveryFilter;

use super::find::matching;
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::schema::deliveries;
use crate::statements::{InListDsl, List, RangeDsl};

/// Dead letters, in the words of the index.
macro_rules! dead {
    () => {
        sql::<Bool>("status = 'failed'")
    };
}

pub(super) fn redrive(conn: &mut Conn, id: DeliveryId, now: Timestamp) -> Result<bool, Failure> {
    Ok(begin_anew(conn, vec![id.get()], now)? > 0)
}

/// Begins dead letters anew, the oldest first.
pub(super) fn redrive_all(
    conn: &mut Conn,
    filter: &DeliveryFilter,
    limit: usize,
    now: Timestamp,
) -> Result<usize, Failure> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let ids: Vec<i64> = on_conn!(conn, c => matching!(filter)
        .filter(dead!())
        .order(deliveries::id)
        .select(deliveries::id)
        .range(0, limit)
        .load(c))?;
    begin_anew(conn, ids, now)
}

/// What is begun anew keeps its claims, for somebody may still hold one, and its attempts in the log.
fn begin_anew(conn: &mut Conn, ids: Vec<i64>, now: Timestamp) -> Result<usize, Failure> {
    if ids.is_empty() {
        return Ok(0);
    }
    let ids = List::of_numbers(ids);
    let columns = (
        deliveries::status.eq(DeliveryStatus::Pending.as_str()),
        deliveries::reason.eq(None::<&str>),
        deliveries::attempts.eq(0),
        deliveries::lost.eq(0),
        deliveries::updated_at.eq(now.as_micros()),
        deliveries::due_at.eq(now.as_micros()),
    );
    Ok(on_conn!(conn, c => diesel::update(deliveries::table)
        .filter(deliveries::id.in_list(&ids))
        .filter(dead!())
        .set(columns)
        .execute(c))?)
}

pub(super) fn drop(
    conn: &mut Conn,
    id: DeliveryId,
    reason: &str,
    now: Timestamp,
) -> Result<bool, Failure> {
    let columns = (
        deliveries::status.eq(DeliveryStatus::Suppressed.as_str()),
        deliveries::reason.eq(reason),
        deliveries::updated_at.eq(now.as_micros()),
    );
    let dropped = on_conn!(conn, c => diesel::update(deliveries::table)
        .filter(deliveries::id.eq(id.get()))
        .filter(dead!())
        .set(columns)
        .execute(c))?;
    Ok(dropped > 0)
}

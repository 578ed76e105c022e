//! Deliveries as they are shown.

use std::collections::HashMap;

use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use herald_domain::{
    Attempt, DeliveryId, DeliveryStatus, EndpointId, NotificationId, Timestamp, UserKey,
};
use herald_ports::{DecidedLine, Delivery, DeliveryFilter, Part, Trace};

use crate::conn::{Conn, on_conn};
use crate::failure::{Failure, column};
use crate::schema::{attempts, decisions, deliveries, digest_items as items, plans, users};
use crate::statements::{InListDsl, List, RangeDsl};

/// The deliveries that a filter lets through, but for its status.
macro_rules! matching {
    ($filter:expr) => {{
        let mut found = deliveries::table.into_boxed();
        if let Some(channel) = $filter.channel {
            found = found.filter(deliveries::channel.eq(channel.as_str()));
        }
        if let Some(user) = $filter.user {
            found = found.filter(deliveries::usr.eq(user.get()));
        }
        if let Some(notification) = $filter.notification {
            use crate::schema::digest_items;
            let digests = digest_items::table
                .filter(digest_items::notification.eq(notification.get()))
                .select(digest_items::delivery);
            let own = deliveries::notification.eq(notification.get()).assume_not_null();
            found = found.filter(own.or(deliveries::id.eq_any(digests)));
        }
        found
    }};
}
pub(super) use matching;

/// A delivery, but for what it tells of and what was attempted.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = deliveries)]
struct Row {
    id: i64,
    notification: Option<i64>,
    usr: i64,
    channel: String,
    endpoint: Option<i64>,
    status: String,
    reason: Option<String>,
    created_at: i64,
    updated_at: i64,
    due_at: Option<i64>,
}

pub(super) fn trace(
    conn: &mut Conn,
    notification: NotificationId,
    user: UserKey,
) -> Result<Trace, Failure> {
    let (id, user) = (notification.get(), user.get());
    let lines: Option<String> = on_conn!(conn, c => decisions::table
        .filter(decisions::notification.eq(id))
        .filter(decisions::usr.eq(user))
        .select(decisions::lines)
        .get_result(c)
        .optional())?;
    let plan: Option<i64> = on_conn!(conn, c => plans::table
        .filter(plans::notification.eq(id))
        .filter(plans::usr.eq(user))
        .select(plans::usr)
        .get_result(c)
        .optional())?;
    // of one user there are few; of one notification there may be a million
    let told =
        items::table.filter(items::delivery.eq(deliveries::id)).filter(items::notification.eq(id));
    let rows: Vec<Row> = on_conn!(conn, c => deliveries::table
        .filter(deliveries::usr.eq(user))
        .filter(
            deliveries::notification.eq(id).assume_not_null()
                .or(deliveries::notification.is_null().and(exists(told)))
        )
        .order(deliveries::id)
        .select(Row::as_select())
        .load(c))?;
    Ok(Trace {
        lines: lines.as_deref().map(read_lines).transpose()?,
        is_planned: plan.is_some(),
        deliveries: shown(conn, rows)?,
    })
}

/// What was decided, as it stands in the table.
pub(super) fn read_lines(json: &str) -> Result<Vec<DecidedLine>, Failure> {
    column("decisions", "lines", serde_json::from_str(json))
}

pub(super) fn one(conn: &mut Conn, id: DeliveryId) -> Result<Option<Delivery>, Failure> {
    let row: Option<Row> = on_conn!(conn, c => deliveries::table
        .filter(deliveries::id.eq(id.get()))
        .select(Row::as_select())
        .get_result(c)
        .optional())?;
    Ok(shown(conn, row.into_iter().collect())?.pop())
}

pub(super) fn page(
    conn: &mut Conn,
    filter: &DeliveryFilter,
    before: Option<DeliveryId>,
    limit: usize,
) -> Result<Part<Delivery, DeliveryId>, Failure> {
    // one more than asked for, to see whether there is more
    let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let before = before.map_or(i64::MAX, DeliveryId::get);
    macro_rules! of_status {
        () => {{
            let found = matching!(filter).filter(deliveries::id.lt(before));
            match filter.status {
                // in the words of the index
                Some(DeliveryStatus::Failed) => found.filter(sql::<Bool>("status = 'failed'")),
                Some(status) => found.filter(deliveries::status.eq(status.as_str())),
                None => found,
            }
        }};
    }
    let rows: Vec<Row> = on_conn!(conn, c => of_status!()
        .order(deliveries::id.desc())
        .select(Row::as_select())
        .range(0, most)
        .load(c))?;
    let Part { items, next } = Part::of(rows, limit, |last: &Row| DeliveryId::new(last.id));
    Ok(Part { items: shown(conn, items)?, next })
}

/// The deliveries with all that belongs to them. Those of a user who was deleted are not shown.
fn shown(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<Delivery>, Failure> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let keys = List::of_numbers(rows.iter().map(|row| row.usr));
    let names: Vec<(i64, String)> = on_conn!(conn, c => users::table
        .filter(users::key.in_list(&keys))
        .select((users::key, users::id))
        .load(c))?;
    let names: HashMap<i64, String> = names.into_iter().collect();
    let mut attempts = attempts_of(conn, &rows)?;
    let digests = rows.iter().filter(|row| row.notification.is_none()).map(|row| row.id);
    let mut items = items_of(conn, digests)?;
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(name) = names.get(&row.usr) else { continue };
        let is_digest = row.notification.is_none();
        let told = row.notification.map_or_else(|| items.remove(&row.id), |id| Some(vec![id]));
        shown.push(Delivery {
            id: DeliveryId::new(row.id),
            notifications: told.unwrap_or_default().into_iter().map(NotificationId::new).collect(),
            is_digest,
            recipient: column("users", "id", name.parse())?,
            channel: column("deliveries", "channel", row.channel.parse())?,
            endpoint: row.endpoint.map(EndpointId::new),
            status: column("deliveries", "status", row.status.parse())?,
            reason: row.reason,
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
            due_at: row.due_at.map(Timestamp::from_micros),
            attempts: attempts.remove(&row.id).unwrap_or_default(),
        });
    }
    Ok(shown)
}

/// The attempts at deliveries, the oldest first.
fn attempts_of(conn: &mut Conn, rows: &[Row]) -> Result<HashMap<i64, Vec<Attempt>>, Failure> {
    let ids = List::of_numbers(rows.iter().map(|row| row.id));
    let rows: Vec<(i64, i64, String, Option<String>)> = on_conn!(conn, c => attempts::table
        .filter(attempts::delivery.in_list(&ids))
        .order((attempts::delivery, attempts::nth))
        .select((attempts::delivery, attempts::at, attempts::outcome, attempts::detail))
        .load(c))?;
    let mut attempts: HashMap<i64, Vec<Attempt>> = HashMap::new();
    for (delivery, at, outcome, detail) in rows {
        attempts.entry(delivery).or_default().push(Attempt {
            at: Timestamp::from_micros(at),
            outcome: column("attempts", "outcome", outcome.parse())?,
            detail,
        });
    }
    Ok(attempts)
}

/// What digests tell of, the oldest first.
pub(super) fn items_of(
    conn: &mut Conn,
    digests: impl Iterator<Item = i64>,
) -> Result<HashMap<i64, Vec<i64>>, Failure> {
    let digests = List::of_numbers(digests);
    let mut told: HashMap<i64, Vec<i64>> = HashMap::new();
    if digests.as_vec().is_empty() {
        return Ok(told);
    }
    let rows: Vec<(i64, i64)> = on_conn!(conn, c => items::table
        .filter(items::delivery.in_list(&digests))
        .order((items::delivery, items::notification))
        .select((items::delivery, items::notification))
        .load(c))?;
    for (digest, notification) in rows {
        told.entry(digest).or_default().push(notification);
    }
    Ok(told)
}

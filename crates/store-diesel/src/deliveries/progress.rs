//! How far notifications have come, for lists.

use std::collections::HashMap;

use diesel::dsl::exists;
use diesel::prelude::*;
use herald_domain::{Channel, DeliveryStatus, NotificationId, UserKey};
use herald_ports::Progress;

use super::find::{items_of, read_lines};
use crate::conn::{Conn, on_conn};
use crate::failure::{Failure, column};
use crate::schema::{decisions, deliveries, digest_items as items};
use crate::statements::{InListDsl, List};

/// A delivery's number, what it tells of unless it is a digest, its channel and its status.
type Row = (i64, Option<i64>, String, String);

/// By a few statements, however many notifications there are.
pub(super) fn progress(
    conn: &mut Conn,
    user: UserKey,
    notifications: &[NotificationId],
) -> Result<Vec<Progress>, Failure> {
    let ids = List::of_numbers(notifications.iter().map(|id| id.get()));
    let lines: Vec<(i64, String)> = on_conn!(conn, c => decisions::table
        .filter(decisions::usr.eq(user.get()))
        .filter(decisions::notification.in_list(&ids))
        .select((decisions::notification, decisions::lines))
        .load(c))?;
    let mut lines: HashMap<i64, String> = lines.into_iter().collect();
    let mut told = deliveries_of(conn, user, &ids)?;
    let each = notifications.iter().map(|id| {
        let lines = lines.remove(&id.get());
        Ok(Progress {
            notification: *id,
            lines: lines.as_deref().map(read_lines).transpose()?.unwrap_or_default(),
            deliveries: told.remove(&id.get()).unwrap_or_default(),
        })
    });
    each.collect()
}

/// The deliveries to a user by what they tell of, the oldest first.
fn deliveries_of(
    conn: &mut Conn,
    user: UserKey,
    ids: &List<i64>,
) -> Result<HashMap<i64, Vec<(Channel, DeliveryStatus)>>, Failure> {
    // of one user there are few; of one notification there may be a million
    let digested = items::table
        .filter(items::delivery.eq(deliveries::id))
        .filter(items::notification.in_list(ids));
    let rows: Vec<Row> = on_conn!(conn, c => deliveries::table
        .filter(deliveries::usr.eq(user.get()))
        .filter(
            deliveries::notification.in_list(ids)
                .or(deliveries::notification.is_null().and(exists(digested)))
        )
        .order(deliveries::id)
        .select((deliveries::id, deliveries::notification, deliveries::channel, deliveries::status))
        .load(c))?;
    let digests = rows.iter().filter(|(_, told, ..)| told.is_none()).map(|(id, ..)| *id);
    let mut items = items_of(conn, digests)?;
    let mut found: HashMap<i64, Vec<_>> = HashMap::new();
    for (id, told, channel, status) in rows {
        let channel = column("deliveries", "channel", channel.parse())?;
        let status = column("deliveries", "status", status.parse())?;
        let told = told.map_or_else(|| items.remove(&id).unwrap_or_default(), |id| vec![id]);
        for notification in told {
            found.entry(notification).or_default().push((channel, status));
        }
    }
    Ok(found)
}

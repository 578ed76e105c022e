use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use herald_domain::{
    Address, Channel, DeliveryId, DeliveryStatus, EndpointId, Notification, Outcome, Timestamp,
    UserId, UserKey,
};
use herald_ports::Claimed;

use super::find::items_of;
use super::statements::ADD_ATTEMPTS;
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::preferences::{Known, known};
use crate::rows::ContentRow;
use crate::schema::{deliveries, notifications};
use crate::statements::{InListDsl, List, RangeDsl, Rows, WithRows};

/// How often in a row a delivery may be lost: it may be what ends those who take it on.
const MOST_LOST: i64 = 10;

/// Why such a delivery failed.
const LOST: &str = "whoever took it on ended before the attempt was over, ten times in a row";

/// What is due.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = deliveries)]
struct Due {
    id: i64,
    notification: Option<i64>,
    usr: i64,
    channel: String,
    endpoint: Option<i64>,
    status: String,
    attempts: i64,
    claims: i64,
    lost: i64,
    expires_at: Option<i64>,
}

impl Due {
    /// Whether somebody has it whose time is over.
    fn is_lost(&self) -> bool {
        self.status == DeliveryStatus::Sending.as_str()
    }
}

/// Takes on what is due.
pub(super) fn claim(
    conn: &mut Conn,
    channel: Channel,
    limit: usize,
    lease: Duration,
    now: Timestamp,
) -> Result<Vec<Claimed>, Failure> {
    let mut due = find(conn, channel, true, limit, now)?;
    if due.len() < limit {
        due.extend(find(conn, channel, false, limit - due.len(), now)?);
    }
    if due.is_empty() {
        return Ok(Vec::new());
    }
    note_lost(conn, &due, now)?;
    let (given_up, taken): (Vec<_>, Vec<_>) =
        due.into_iter().partition(|row| row.is_lost() && row.lost + 1 >= MOST_LOST);
    give_up(conn, &given_up, now)?;
    take_on(conn, &taken, now.plus(lease), now)?;
    let told = Told::of(conn, &taken)?;
    let known = known(conn, taken.iter().map(|row| row.usr), now)?;
    Ok(taken.iter().filter_map(|row| told.claimed(row, &known)).collect())
}

/// What is due by a channel; nobody else finds it until the end of the transaction.
fn find(
    conn: &mut Conn,
    channel: Channel,
    urgent: bool,
    limit: usize,
    now: Timestamp,
) -> Result<Vec<Due>, Failure> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let due = deliveries::table
        .filter(deliveries::channel.eq(channel.as_str()))
        .filter(deliveries::urgent.eq(urgent))
        .filter(deliveries::due_at.le(now.as_micros()))
        .order(deliveries::due_at);
    Ok(match conn {
        Conn::Sqlite(c) => due.select(Due::as_select()).range(0, limit).load(c),
        Conn::Pg(c) => due.select(Due::as_select()).limit(limit).for_update().skip_locked().load(c),
    }?)
}

/// Notes the attempts of which nobody has heard.
fn note_lost(conn: &mut Conn, due: &[Due], now: Timestamp) -> Result<(), Failure> {
    let ids: Vec<i64> = due.iter().filter(|row| row.is_lost()).map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let attempt = |id: &i64| (*id, now.as_micros(), Outcome::Lost.as_str(), None::<&str>);
    let rows = Rows::of(&ids.iter().map(attempt).collect::<Vec<_>>())?;
    on_conn!(conn, c => WithRows::<()>::new(ADD_ATTEMPTS, &rows).execute(c))?;
    let ids = List::of_numbers(ids);
    on_conn!(conn, c => diesel::update(deliveries::table)
        .filter(deliveries::id.in_list(&ids))
        .set(deliveries::lost.eq(deliveries::lost + 1))
        .execute(c))?;
    Ok(())
}

/// Ends what was lost too often.
fn give_up(conn: &mut Conn, rows: &[Due], now: Timestamp) -> Result<(), Failure> {
    if rows.is_empty() {
        return Ok(());
    }
    let ids = List::of_numbers(rows.iter().map(|row| row.id));
    let columns = (
        deliveries::status.eq(DeliveryStatus::Failed.as_str()),
        deliveries::reason.eq(LOST),
        deliveries::updated_at.eq(now.as_micros()),
        deliveries::due_at.eq(None::<i64>),
    );
    on_conn!(conn, c => diesel::update(deliveries::table)
        .filter(deliveries::id.in_list(&ids))
        .set(columns)
        .execute(c))?;
    Ok(())
}

fn take_on(conn: &mut Conn, rows: &[Due], until: Timestamp, now: Timestamp) -> Result<(), Failure> {
    let ids = List::of_numbers(rows.iter().map(|row| row.id));
    let columns = (
        deliveries::status.eq(DeliveryStatus::Sending.as_str()),
        deliveries::claims.eq(deliveries::claims + 1),
        deliveries::updated_at.eq(now.as_micros()),
        deliveries::due_at.eq(until.as_micros()),
    );
    on_conn!(conn, c => diesel::update(deliveries::table)
        .filter(deliveries::id.in_list(&ids))
        .set(columns)
        .execute(c))?;
    Ok(())
}

/// What deliveries tell of.
struct Told {
    /// with what the request belonged to that sent it
    notifications: HashMap<i64, (Arc<Notification>, Option<String>)>,
    /// of each digest
    items: HashMap<i64, Vec<i64>>,
}

impl Told {
    fn of(conn: &mut Conn, rows: &[Due]) -> Result<Self, Failure> {
        let digests = rows.iter().filter(|row| row.notification.is_none()).map(|row| row.id);
        let items = items_of(conn, digests)?;
        let own = rows.iter().filter_map(|row| row.notification);
        let mut ids: Vec<i64> = own.chain(items.values().flatten().copied()).collect();
        ids.sort_unstable();
        ids.dedup();
        let ids = List::of_numbers(ids);
        let rows: Vec<(ContentRow, Option<String>)> = on_conn!(conn, c => notifications::table
            .filter(notifications::id.in_list(&ids))
            .select((ContentRow::as_select(), notifications::traceparent))
            .load(c))?;
        let read = |(row, traceparent): (ContentRow, _)| {
            Ok((row.id, (Arc::new(Notification::try_from(row)?), traceparent)))
        };
        Ok(Self {
            notifications: rows.into_iter().map(read).collect::<Result<_, Failure>>()?,
            items,
        })
    }

    /// One that was taken on. Nobody can send what tells of nothing any more: it is lost, again and again.
    fn claimed(&self, row: &Due, known: &BTreeMap<i64, Known>) -> Option<Claimed> {
        let ids = match &row.notification {
            Some(id) => std::slice::from_ref(id),
            None => self.items.get(&row.id)?.as_slice(),
        };
        let told: Vec<_> = ids.iter().filter_map(|id| self.notifications.get(id)).collect();
        let (_, traceparent) = told.first()?;
        let channel = row.channel.parse().ok()?;
        let user = UserKey::new(row.usr);
        let of = known.get(&row.usr);
        Some(Claimed {
            id: DeliveryId::new(row.id),
            claim: row.claims + 1,
            attempt: u32::try_from(row.attempts + 1).unwrap_or(u32::MAX),
            user,
            // who was deleted has no id any more, and is told nothing
            recipient: of
                .map_or_else(|| UserId::of_registered(user), |of| of.profile.user.id.clone()),
            locale: of.and_then(|of| of.profile.preferences.locale.clone()),
            to: of.and_then(|of| address(of, channel, row.endpoint)),
            lacks_address: row.endpoint.is_none()
                && of.is_some_and(|of| of.profile.lacks_address(channel)),
            traceparent: traceparent.clone(),
            notifications: told.into_iter().map(|(what, _)| Arc::clone(what)).collect(),
            expires_at: row.expires_at.map(Timestamp::from_micros),
        })
    }
}

/// Where a delivery goes now.
fn address(of: &Known, channel: Channel, endpoint: Option<i64>) -> Option<Address> {
    let profile = &of.profile;
    if profile.user.disabled_at.is_some() || profile.suppressed.contains(channel) {
        return None;
    }
    match endpoint {
        Some(id) => {
            let id = EndpointId::new(id);
            let found = of.endpoints.iter().find(|(other, _)| *other == id);
            found.map(|(_, address)| address.clone())
        }
        None => match channel {
            Channel::Email => profile.user.email.clone().map(Address::Email),
            Channel::Sms => profile.user.phone.clone().map(Address::Sms),
            Channel::InApp | Channel::Push | Channel::WebPush | Channel::Webhook => None,
        },
    }
}

use std::collections::HashMap;

use diesel::prelude::*;
use herald_domain::{Channel, DeliveryStatus, Outcome, Timestamp};
use herald_ports::{Record, Then};

use super::statements::{ADD_ATTEMPTS, SETTLE, SUPPRESS};
use crate::conn::{Conn, on_conn};
use crate::endpoints::keep_reach;
use crate::failure::Failure;
use crate::locks;
use crate::schema::{deliveries, endpoints};
use crate::statements::{InListDsl, List, Rows, WithRows};

/// Records what became of deliveries that are still in the hands of whoever says so.
pub(super) fn record(conn: &mut Conn, records: &[Record], now: Timestamp) -> Result<(), Failure> {
    let mut open = hold(conn, records)?;
    let (mut settled, mut attempts) = (Vec::new(), Vec::new());
    let (mut gone, mut suppressed) = (Vec::new(), Vec::new());
    for record in records {
        let is_theirs = |held: &Held| held.claims == record.claim;
        // of what is said twice, the first counts
        let Some(held) = open.remove(&record.id.get()).filter(is_theirs) else { continue };
        let made = record.attempt.as_ref();
        if let Some(made) = made {
            let detail = made.detail.as_deref().map(text);
            let at = made.at.as_micros();
            attempts.push((record.id, at, made.outcome.as_str(), detail));
        }
        let counts = made.is_some_and(|made| made.outcome != Outcome::Lost)
            && !matches!(record.then, Then::Release(_));
        let (status, reason, due_at) = follows(&record.then);
        let reason = reason.map(text);
        if let Then::FailForGood(_) = record.then {
            match held.endpoint {
                Some(endpoint) => gone.push((held.usr, endpoint)),
                None if is_of_user(&held.channel) => {
                    suppressed.push((held.usr, held.channel, reason.clone(), now.as_micros()));
                }
                // there never was an address
                None => {}
            }
        }
        let status = status.map(DeliveryStatus::as_str);
        let due_at = due_at.map(Timestamp::as_micros);
        settled.push((record.id, status, reason, due_at, counts, now.as_micros()));
    }
    if settled.is_empty() {
        return Ok(());
    }
    let settled = Rows::of(&settled)?;
    on_conn!(conn, c => WithRows::<()>::new(SETTLE, &settled).execute(c))?;
    let attempts = Rows::of(&attempts)?;
    if !attempts.is_empty() {
        on_conn!(conn, c => WithRows::<()>::new(ADD_ATTEMPTS, &attempts).execute(c))?;
    }
    if !gone.is_empty() {
        forget_endpoints(conn, &gone)?;
    }
    let suppressed = Rows::of(&suppressed)?;
    if !suppressed.is_empty() {
        on_conn!(conn, c => WithRows::<()>::new(SUPPRESS, &suppressed).execute(c))?;
    }
    Ok(())
}

/// A delivery that is in somebody's hands.
struct Held {
    claims: i64,
    usr: i64,
    channel: String,
    endpoint: Option<i64>,
}

/// Those deliveries that are in somebody's hands, by their numbers; they stay as they are.
fn hold(conn: &mut Conn, records: &[Record]) -> Result<HashMap<i64, Held>, Failure> {
    let ids = List::of_numbers(records.iter().map(|record| record.id.get()));
    let open = deliveries::table
        .filter(deliveries::id.in_list(&ids))
        .filter(deliveries::status.eq(DeliveryStatus::Sending.as_str()))
        .order(deliveries::id)
        .select((
            deliveries::id,
            deliveries::claims,
            deliveries::usr,
            deliveries::channel,
            deliveries::endpoint,
        ));
    let rows: Vec<(i64, i64, i64, String, Option<i64>)> = match conn {
        Conn::Sqlite(c) => open.load(c),
        Conn::Pg(c) => open.for_update().load(c),
    }?;
    let held = |(id, claims, usr, channel, endpoint)| (id, Held { claims, usr, channel, endpoint });
    Ok(rows.into_iter().map(held).collect())
}

/// How far a delivery has come then, why, and when it is due; as far as before it was claimed, if
/// there is no status.
fn follows(then: &Then) -> (Option<DeliveryStatus>, Option<&str>, Option<Timestamp>) {
    match then {
        Then::Sent => (Some(DeliveryStatus::Sent), None, None),
        Then::Retry(at) => (Some(DeliveryStatus::Retrying), None, Some(*at)),
        Then::Release(at) => (None, None, Some(*at)),
        Then::Fail(why) | Then::FailForGood(why) => (Some(DeliveryStatus::Failed), Some(why), None),
        Then::Suppress(why) => (Some(DeliveryStatus::Suppressed), Some(why), None),
    }
}

/// Whether the address by that channel is the user's own, and no endpoint.
fn is_of_user(channel: &str) -> bool {
    [Channel::Email, Channel::Sms].iter().any(|own| own.as_str() == channel)
}

/// Forgets endpoints that are gone, of these users.
fn forget_endpoints(conn: &mut Conn, gone: &[(i64, i64)]) -> Result<(), Failure> {
    let users: Vec<i64> = gone.iter().map(|(user, _)| *user).collect();
    locks::users(conn, &users)?;
    let ids = List::of_numbers(gone.iter().map(|(_, endpoint)| *endpoint));
    on_conn!(conn, c => diesel::delete(endpoints::table)
        .filter(endpoints::id.in_list(&ids))
        .execute(c))?;
    keep_reach(conn, users)
}

/// What somebody said, without what PostgreSQL does not keep.
fn text(said: &str) -> String {
    said.replace('\0', "")
}

use std::sync::Arc;

use diesel::prelude::*;
use herald_domain::{Content, Draft, Notification, NotificationId, Receipt, State};
use herald_ports::{Accepted, Append, Entry, LiveEvent, Outcome};

use super::deliver::deliver;
use super::recipients::resolve;
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::idempotency;
use crate::rows::micros;
use crate::schema::notifications;

/// Stores what is to be sent, unless it was before.
pub(crate) fn append(conn: &mut Conn, append: &Append) -> Result<Accepted, Failure> {
    if let Some(idempotency) = &append.idempotency
        && let Some(answered) = idempotency::answered(conn, idempotency)?
    {
        return Ok(answered);
    }
    let mut events = Vec::with_capacity(append.entries.len());
    let mut outcomes = Vec::with_capacity(append.entries.len());
    for entry in &append.entries {
        outcomes.push(match entry {
            Entry::Refused(refusal) => Outcome::Refused(refusal.clone()),
            Entry::Send(draft) => send(conn, append, draft, &mut events)?,
        });
    }
    if let Some(idempotency) = &append.idempotency {
        idempotency::keep(conn, idempotency, &outcomes, append.now)?;
    }
    Ok(Accepted::Fresh(outcomes, events))
}

fn send(
    conn: &mut Conn,
    append: &Append,
    draft: &Draft,
    events: &mut Vec<LiveEvent>,
) -> Result<Outcome, Failure> {
    let inboxes = match resolve(conn, append, draft)? {
        Ok(inboxes) => inboxes,
        Err(refusal) => return Ok(Outcome::Refused(refusal)),
    };
    let receipt = Receipt {
        id: insert(conn, append, &draft.content, inboxes.len())?,
        state: State::Delivered,
        recipients: count(inboxes.len()),
        created_at: append.now,
    };
    let notification = Arc::new(Notification {
        id: receipt.id,
        content: draft.content.clone(),
        sender: append.sender.clone(),
        created_at: append.now,
    });
    deliver(conn, notification, inboxes, events)?;
    Ok(Outcome::Sent(receipt))
}

fn insert(
    conn: &mut Conn,
    append: &Append,
    content: &Content,
    recipients: usize,
) -> Result<NotificationId, Failure> {
    let category = content.category.as_ref();
    let row = (
        notifications::sender.eq(&append.sender),
        notifications::principal.eq(&append.principal),
        notifications::title.eq(content.title.as_ref().map(|text| text.as_str())),
        notifications::message.eq(content.message.as_str()),
        notifications::kind.eq(content.kind.as_str()),
        notifications::priority.eq(content.priority.as_str()),
        notifications::category.eq(category.map_or("", |text| text.as_str())),
        notifications::topic.eq(content.topic.as_ref().map(|text| text.as_str())),
        notifications::data.eq(content.data.as_str()),
        notifications::action_url.eq(content.action_url.as_ref().map(|text| text.as_str())),
        notifications::collapse_key.eq(content.collapse_key.as_ref().map(|text| text.as_str())),
        notifications::state.eq(State::Delivered.as_str()),
        notifications::recipients.eq(count(recipients)),
        notifications::holders.eq(count(recipients)),
        notifications::created_at.eq(append.now.as_micros()),
        notifications::expires_at.eq(micros(content.expires_at)),
    );
    let id = on_conn!(conn, c => diesel::insert_into(notifications::table)
        .values(row)
        .returning(notifications::id)
        .get_result(c))?;
    Ok(NotificationId::new(id))
}

/// A number of recipients, of whom there are at most a hundred.
fn count(recipients: usize) -> i64 {
    i64::try_from(recipients).unwrap_or(i64::MAX)
}

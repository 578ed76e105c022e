use std::sync::Arc;

use diesel::prelude::*;
use herald_domain::{
    Audience, ChannelSet, Company, Draft, Notification, NotificationId, Priority, Receipt, Role,
    State, Timestamp,
};
use herald_ports::{Accepted, Append, Entry, LiveEvent, Outcome, Refusal};

use super::concern::{Concern, leave_plans};
use super::deliver::deliver;
use super::hold::hold;
use super::recipients::{Recipient, resolve};
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::fan_out::{Waiting, Whom, wait};
use crate::rows::micros;
use crate::schema::notifications;
use crate::{idempotency, topics};

/// What there is to do when it is stored.
#[derive(Default)]
struct Follows {
    /// what to tell the devices, in order
    events: Vec<LiveEvent>,
    /// of which something is to be decided
    planned: Vec<NotificationId>,
}

/// Stores what is to be sent, unless it was before.
pub(crate) fn append(conn: &mut Conn, append: &Append) -> Result<Accepted, Failure> {
    if let Some(idempotency) = &append.idempotency
        && let Some(answered) = idempotency::answered(conn, idempotency)?
    {
        return Ok(answered);
    }
    hold(conn, append)?;
    let mut follows = Follows::default();
    let mut outcomes = Vec::with_capacity(append.entries.len());
    for entry in &append.entries {
        outcomes.push(match entry {
            Entry::Refused(refusal) => Outcome::Refused(refusal.clone()),
            Entry::Send(draft) => send(conn, append, draft, &mut follows)?,
        });
    }
    if let Some(idempotency) = &append.idempotency {
        idempotency::keep(conn, idempotency, &outcomes, append.now)?;
    }
    Ok(Accepted::Fresh(outcomes, follows.events, follows.planned))
}

fn send(
    conn: &mut Conn,
    append: &Append,
    draft: &Draft,
    follows: &mut Follows,
) -> Result<Outcome, Failure> {
    let due_at = draft.scheduled(append.now);
    let whom = match &draft.to {
        Audience::Users(ids) => match resolve(conn, append, ids, &draft.content)? {
            Ok(recipients) if due_at.is_none() && ids.len() <= Audience::MAX_AT_ONCE => {
                return at_once(conn, append, draft, recipients, follows);
            }
            Ok(recipients) => Whom::Named(recipients.iter().map(|one| one.inbox.user).collect()),
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        },
        Audience::Members { company, role } => Whom::Members {
            company: company.as_ref().map(Company::as_str),
            role: role.as_ref().map(Role::as_str),
        },
        Audience::Subscribers(topic) => match topics::id_of(conn, topic)? {
            Some(id) => Whom::Topic(id),
            None => return Ok(Outcome::Refused(Refusal::unknown_topic(topic))),
        },
    };
    let state = state(due_at, None);
    let id = insert(conn, append, draft, due_at, None)?;
    let critical = draft.content.priority == Priority::Critical;
    let principal = append.principal.as_str();
    let waiting = Waiting { notification: id.get(), principal, critical, due_at, whom };
    follows.events.extend(wait(conn, &waiting)?);
    Ok(Outcome::Sent(Receipt { id, state, recipients: 0, created_at: append.now }))
}

/// Puts it into the inboxes of those who want it there.
fn at_once(
    conn: &mut Conn,
    append: &Append,
    draft: &Draft,
    recipients: Vec<Recipient>,
    follows: &mut Follows,
) -> Result<Outcome, Failure> {
    let concern = Concern::of_draft(draft, &append.defaults);
    let concerned = recipients.iter().filter(|one| concern.is(one.reach, one.eager));
    let concerned: Vec<i64> = concerned.map(|one| one.inbox.user.get()).collect();
    let has_inbox = draft.route.has_inbox();
    let listening = recipients.into_iter().filter(|one| has_inbox && !one.unwilling);
    let inboxes: Vec<_> = listening.map(|one| one.inbox).collect();
    // of whom there are at most a hundred
    let recipients = i64::try_from(inboxes.len()).unwrap_or(i64::MAX);
    let receipt = Receipt {
        id: insert(conn, append, draft, None, Some(recipients))?,
        state: State::Delivered,
        recipients,
        created_at: append.now,
    };
    let notification = Arc::new(Notification {
        id: receipt.id,
        content: draft.content.clone(),
        sender: append.sender.clone(),
        created_at: append.now,
    });
    deliver(conn, notification, inboxes, append.now, &mut follows.events)?;
    let plans: Vec<_> = concerned.into_iter().map(|user| (receipt.id, user)).collect();
    leave_plans(conn, &plans)?;
    follows.planned.extend((!plans.is_empty()).then_some(receipt.id));
    Ok(Outcome::Sent(receipt))
}

/// Stores what is said, which so many inboxes are about to hold, or nobody knows yet.
fn insert(
    conn: &mut Conn,
    append: &Append,
    draft: &Draft,
    send_at: Option<Timestamp>,
    recipients: Option<i64>,
) -> Result<NotificationId, Failure> {
    let (content, route) = (&draft.content, draft.route);
    let state = state(send_at, recipients);
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
        notifications::state.eq(state.as_str()),
        notifications::recipients.eq(recipients.unwrap_or(0)),
        notifications::holders.eq(recipients.unwrap_or(0)),
        notifications::created_at.eq(append.now.as_micros()),
        notifications::expires_at.eq(micros(content.expires_at)),
        notifications::total.eq(recipients),
        notifications::send_at.eq(micros(send_at)),
        notifications::channels.eq(route.channels.map(ChannelSet::bits)),
        notifications::escalate_after.eq(route.escalate_after.map(i64::from)),
        notifications::open.eq(append.defaults.open(content, route).bits()),
        notifications::traceparent.eq(append.traceparent.as_deref()),
    );
    let id = on_conn!(conn, c => diesel::insert_into(notifications::table)
        .values(row)
        .returning(notifications::id)
        .get_result(c))?;
    Ok(NotificationId::new(id))
}

/// How far something has come that is for a later time, or that so many inboxes are about to hold.
fn state(send_at: Option<Timestamp>, recipients: Option<i64>) -> State {
    match (send_at, recipients) {
        (Some(_), _) => State::Scheduled,
        (None, None) => State::Expanding,
        (None, Some(_)) => State::Delivered,
    }
}

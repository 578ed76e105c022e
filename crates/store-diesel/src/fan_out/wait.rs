use diesel::dsl::max;
use diesel::prelude::*;
use herald_domain::{NotificationId, Timestamp, UserKey};
use herald_ports::LiveEvent;

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::locks::Matter;
use crate::schema::{outbox, users};
use crate::statements::List;

/// How many users the first step looks at.
const FIRST_CHUNK: i64 = 1_000;

/// What is to be put into inboxes by and by.
pub(crate) struct Waiting<'a> {
    pub(crate) notification: i64,
    pub(crate) principal: &'a str,
    pub(crate) critical: bool,
    /// when its time comes, if that is not now
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) whom: Whom<'a>,
}

/// Whom it is for.
pub(crate) enum Whom<'a> {
    /// these, in ascending order
    Named(Vec<UserKey>),
    Members {
        company: Option<&'a str>,
        role: Option<&'a str>,
    },
    Topic(i64),
}

/// How many users are told so soon that nobody need be told before the others.
const FEW: i64 = 10_000;

/// Notes what waits. Answers what to tell whoever looks after those who are connected.
pub(crate) fn wait(conn: &mut Conn, waiting: &Waiting<'_>) -> Result<Option<LiveEvent>, Failure> {
    let (mut named, mut last, mut company, mut role, mut topic) = (None, None, None, None, None);
    match &waiting.whom {
        Whom::Named(keys) => {
            named = Some(List::of_numbers(keys.iter().map(|key| key.get())));
            last = Some(keys.last().map_or(0, |key| key.get()));
        }
        Whom::Members { company: of_company, role: in_role } => {
            (company, role) = (*of_company, *in_role);
        }
        Whom::Topic(id) => topic = Some(*id),
    }
    if named.is_none() {
        // who leaves in this moment leaves before it, or notes so
        Matter::Audiences.share(conn)?;
    }
    if last.is_none() && waiting.due_at.is_none() {
        last = Some(newest_user(conn)?);
    }
    let row = (
        outbox::notification.eq(waiting.notification),
        outbox::principal.eq(waiting.principal),
        outbox::critical.eq(waiting.critical),
        outbox::due_at.eq(waiting.due_at.map(Timestamp::as_micros)),
        outbox::users.eq(named.as_ref().map(List::as_json)),
        outbox::company.eq(company),
        outbox::role.eq(role),
        outbox::topic.eq(topic),
        outbox::reached.eq(0),
        outbox::last.eq(last),
        outbox::steps.eq(0),
        outbox::chunk.eq(FIRST_CHUNK),
    );
    on_conn!(conn, c => diesel::insert_into(outbox::table).values(row).execute(c))?;
    let is_group = named.is_none();
    let begins = is_group && waiting.due_at.is_none() && last > Some(FEW);
    let notification = NotificationId::new(waiting.notification);
    Ok(begins.then_some(LiveEvent::Expanding { notification }))
}

/// The key of the user who was added last.
pub(super) fn newest_user(conn: &mut Conn) -> Result<i64, Failure> {
    let newest: Option<i64> =
        on_conn!(conn, c => users::table.select(max(users::key)).get_result(c))?;
    Ok(newest.unwrap_or(0))
}

use std::sync::Arc;

use diesel::prelude::*;
use herald_domain::{Category, NotificationId, Timestamp, UserKey};
use herald_ports::LiveEvent;

use super::audience::find;
use super::delivered;
use super::step::{content, note_progress};
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::notifications::deliver;
use crate::rows::HeadRow;
use crate::statements::{AddEarly, Group, HeadsAmong, List, Listening, Members};

/// Puts what waits under that number into the inboxes of those of these users for whom it is.
pub(super) fn hasten(
    conn: &mut Conn,
    id: NotificationId,
    users: &[UserKey],
    now: Timestamp,
) -> Result<Vec<LiveEvent>, Failure> {
    let Some(row) = find(conn, id.get())?.filter(|row| row.is_due) else {
        return Ok(Vec::new());
    };
    let what = Arc::new(content(conn, id.get())?);
    if what.content.expires_at.is_some_and(|at| at <= now) {
        return Ok(Vec::new());
    }
    let (group, users) = match row.group() {
        // to look for a few in a long list takes a statement longer than all the rest
        Group::Listed(named) => (Group::Everyone, named.only(users)?),
        group => (group, users.to_vec()),
    };
    let last = row.last.unwrap_or(0);
    let members =
        Members { but_early: Some(id.get()), ..Members::within(&group, row.reached, last) };
    let category = what.content.mutable_category().map(Category::as_str);
    let to = Listening { members, category, now: now.as_micros() };
    let list = &List::of_numbers(users.iter().map(|user| user.get()));
    let rows: Vec<(i64, HeadRow)> = on_conn!(conn, c => HeadsAmong { to, list }.load(c))?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let told = &List::of_numbers(rows.iter().map(|(user, _)| *user));
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    on_conn!(conn, c => AddEarly { notification: id.get(), users: told }.execute(c))?;
    note_progress(conn, id.get(), count)?;
    let mut events = Vec::new();
    deliver(conn, what, delivered(rows), now, &mut events)?;
    Ok(events)
}

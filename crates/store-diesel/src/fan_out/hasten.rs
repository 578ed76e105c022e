use std::sync::Arc;

use diesel::prelude::*;
use herald_domain::{Notification, NotificationId, Timestamp, UserKey};
use herald_ports::{Delivered, LiveEvent};

use super::audience::{OutboxRow, find, hold};
use super::delivered;
use super::step::{note_progress, routed};
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::notifications::deliver;
use crate::rows::HeadRow;
use crate::statements::{AddEarly, Group, HeadsAmong, List, Listening, Members, asked_of};

/// Those of these users for whom something is that waits, and who have not got it.
pub(super) fn among(
    conn: &mut Conn,
    id: NotificationId,
    users: &[UserKey],
    now: Timestamp,
) -> Result<Vec<UserKey>, Failure> {
    let row = find(conn, id.get())?;
    let found = find_among(conn, id, row, users, now, false)?;
    Ok(found.into_iter().flat_map(|found| found.inboxes).map(|one| one.user).collect())
}

/// Puts what waits under that number into the inboxes of those of these users for whom it is.
pub(super) fn hasten(
    conn: &mut Conn,
    id: NotificationId,
    users: &[UserKey],
    now: Timestamp,
) -> Result<Vec<LiveEvent>, Failure> {
    let row = hold(conn, id.get())?;
    let Some(Found { what, inboxes }) = find_among(conn, id, row, users, now, true)? else {
        return Ok(Vec::new());
    };
    if inboxes.is_empty() {
        return Ok(Vec::new());
    }
    let told = &List::of_numbers(inboxes.iter().map(|one| one.user.get()));
    on_conn!(conn, c => AddEarly { notification: id.get(), users: told }.execute(c))?;
    note_progress(conn, id.get(), i64::try_from(inboxes.len()).unwrap_or(i64::MAX))?;
    let mut events = Vec::new();
    deliver(conn, what, inboxes, now, &mut events)?;
    Ok(events)
}

/// What waits, and where the inboxes stand of those for whom it is.
struct Found {
    what: Arc<Notification>,
    inboxes: Vec<Delivered>,
}

/// What waits for some of these users; `None` if nothing waits that could be told now. Whoever is about
/// to write has their inboxes held.
fn find_among(
    conn: &mut Conn,
    id: NotificationId,
    row: Option<OutboxRow>,
    users: &[UserKey],
    now: Timestamp,
    hold: bool,
) -> Result<Option<Found>, Failure> {
    let Some(row) = row.filter(|row| row.is_due) else {
        return Ok(None);
    };
    let group = row.group()?;
    if matches!(group, Group::Listed(_)) {
        return Ok(None);
    }
    let routed = routed(conn, id.get())?;
    let has_inbox = routed.route().has_inbox();
    let what = Arc::new(Notification::try_from(routed.content)?);
    if !has_inbox || what.content.has_expired(now) {
        return Ok(None);
    }
    let range = Members::within(&group, row.reached, row.last.unwrap_or(0));
    let members = Members { but_early: Some(id.get()), ..range };
    let category = asked_of(&what.content);
    let to = Listening { members, category, now: now.as_micros() };
    let list = &List::of_numbers(users.iter().map(|user| user.get()));
    let rows: Vec<(i64, HeadRow)> = on_conn!(conn, c => HeadsAmong { to, list, hold }.load(c))?;
    Ok(Some(Found { what, inboxes: delivered(rows) }))
}

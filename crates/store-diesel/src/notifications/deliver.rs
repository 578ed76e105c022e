use std::sync::Arc;

use diesel::prelude::*;
use herald_domain::{CollapseKey, Notification, Timestamp};
use herald_ports::{Delivered, LiveEvent};

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::inbox::{Doomed, read_head, remove};
use crate::rows::micros;
use crate::schema::inbox_items::{
    self as items, archived_at, collapse, notification, read_at, usr,
};
use crate::statements::{AddItems, AppendToHeads, List};

/// Puts a notification into inboxes, and notes what to tell their devices.
pub(super) fn deliver(
    conn: &mut Conn,
    what: Arc<Notification>,
    mut inboxes: Vec<Delivered>,
    events: &mut Vec<LiveEvent>,
) -> Result<(), Failure> {
    if let Some(key) = &what.content.collapse_key {
        for inbox in &mut inboxes {
            events.extend(replace(conn, inbox, key, what.created_at)?);
        }
    }
    add(conn, &inboxes, &what)?;
    for inbox in &mut inboxes {
        inbox.head = inbox.head.appended();
    }
    events.push(LiveEvent::Appended { notification: what, recipients: inboxes });
    Ok(())
}

fn add(conn: &mut Conn, inboxes: &[Delivered], what: &Notification) -> Result<(), Failure> {
    let users = &List::of_numbers(inboxes.iter().map(|inbox| inbox.user.get()));
    on_conn!(conn, c => AppendToHeads { users }.execute(c))?;
    let items = AddItems {
        users,
        notification: what.id.get(),
        category: what.content.category.as_ref().map_or("", |text| text.as_str()),
        collapse: what.content.collapse_key.as_ref().map(CollapseKey::as_str),
        expires_at: micros(what.content.expires_at),
    };
    on_conn!(conn, c => items.execute(c))?;
    Ok(())
}

/// Removes the inbox's unread items of that collapse key; the event, if there were any.
fn replace(
    conn: &mut Conn,
    inbox: &mut Delivered,
    key: &CollapseKey,
    now: Timestamp,
) -> Result<Option<LiveEvent>, Failure> {
    let unread: Vec<Doomed> = on_conn!(conn, c => items::table
        .filter(usr.eq(inbox.user.get()))
        .filter(collapse.eq(key.as_str()))
        .filter(read_at.is_null())
        .filter(archived_at.is_null())
        .order(notification)
        .select(Doomed::as_select())
        .load(c))?;
    if unread.is_empty() {
        return Ok(None);
    }
    let event = remove(conn, inbox.user, &unread, now)?;
    inbox.head = read_head(conn, inbox.user)?;
    Ok(Some(event))
}

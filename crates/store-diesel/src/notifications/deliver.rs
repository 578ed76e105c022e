use std::sync::Arc;

use diesel::prelude::*;
use herald_domain::{CollapseKey, Notification, Timestamp, UserKey};
use herald_ports::{Delivered, LiveEvent};

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::inbox::{Doomed, remove};
use crate::rows::{HeadRow, head, micros};
use crate::schema::inbox_items::{
    self as items, archived_at, collapse, expires_at, notification, read_at, seq, usr,
};
use crate::statements::AppendToHead;

/// Puts a notification into the users' inboxes, and notes what to tell their devices.
pub(super) fn deliver(
    conn: &mut Conn,
    what: Arc<Notification>,
    users: &[UserKey],
    events: &mut Vec<LiveEvent>,
) -> Result<(), Failure> {
    let mut recipients = Vec::with_capacity(users.len());
    for &user in users {
        if let Some(key) = &what.content.collapse_key {
            events.extend(replace(conn, user, key, what.created_at)?);
        }
        recipients.push(add(conn, user, &what)?);
    }
    events.push(LiveEvent::Appended { notification: what, recipients });
    Ok(())
}

fn add(conn: &mut Conn, user: UserKey, what: &Notification) -> Result<Delivered, Failure> {
    let statement = AppendToHead { user: user.get() };
    let row: HeadRow = on_conn!(conn, c => statement.get_result(c))?;
    let head = head(row);
    let category = what.content.category.as_ref();
    let key = what.content.collapse_key.as_ref();
    let row = (
        usr.eq(user.get()),
        seq.eq(head.rev.get()),
        notification.eq(what.id.get()),
        items::rev.eq(head.rev.get()),
        items::category.eq(category.map_or("", |text| text.as_str())),
        collapse.eq(key.map(CollapseKey::as_str)),
        expires_at.eq(micros(what.content.expires_at)),
    );
    on_conn!(conn, c => diesel::insert_into(items::table).values(row).execute(c))?;
    Ok(Delivered { user, head })
}

/// Removes the user's unread items of that collapse key; the event, if there were any.
fn replace(
    conn: &mut Conn,
    user: UserKey,
    key: &CollapseKey,
    now: Timestamp,
) -> Result<Option<LiveEvent>, Failure> {
    let unread: Vec<Doomed> = on_conn!(conn, c => items::table
        .filter(usr.eq(user.get()))
        .filter(collapse.eq(key.as_str()))
        .filter(read_at.is_null())
        .filter(archived_at.is_null())
        .order(notification)
        .select(Doomed::as_select())
        .load(c))?;
    if unread.is_empty() {
        return Ok(None);
    }
    remove(conn, user, &unread, now).map(Some)
}

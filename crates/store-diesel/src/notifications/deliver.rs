use std::sync::Arc;

use diesel::prelude::*;
use herald_domain::{CollapseKey, Notification, Timestamp, UserKey};
use herald_ports::{Delivered, LiveEvent};

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::inbox::{Doomed, Released, remove};
use crate::rows::micros;
use crate::schema::inbox_items::{
    self as items, archived_at, collapse, notification, read_at, usr,
};
use crate::statements::{AddItems, AppendToHeads, InListDsl, List};

/// Puts a notification into inboxes, which are in ascending order of their users, and notes what to
/// tell their devices.
pub(crate) fn deliver(
    conn: &mut Conn,
    what: Arc<Notification>,
    mut inboxes: Vec<Delivered>,
    now: Timestamp,
    events: &mut Vec<LiveEvent>,
) -> Result<(), Failure> {
    if inboxes.is_empty() {
        return Ok(());
    }
    let users = List::of_numbers(inboxes.iter().map(|inbox| inbox.user.get()));
    if let Some(key) = &what.content.collapse_key {
        replace(conn, &users, &mut inboxes, key, now, events)?;
    }
    add(conn, &users, &what)?;
    for inbox in &mut inboxes {
        inbox.head = inbox.head.appended();
    }
    events.push(LiveEvent::Appended { notification: what, recipients: inboxes });
    Ok(())
}

fn add(conn: &mut Conn, users: &List<i64>, what: &Notification) -> Result<(), Failure> {
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

/// Removes the unread items of that collapse key from the inboxes that have any.
fn replace(
    conn: &mut Conn,
    users: &List<i64>,
    inboxes: &mut [Delivered],
    key: &CollapseKey,
    now: Timestamp,
    events: &mut Vec<LiveEvent>,
) -> Result<(), Failure> {
    let unread: Vec<(i64, Doomed)> = on_conn!(conn, c => items::table
        .filter(usr.in_list(users))
        .filter(collapse.eq(key.as_str()))
        .filter(read_at.is_null())
        .filter(archived_at.is_null())
        .order((usr, notification))
        .select((usr, Doomed::as_select()))
        .load(c))?;
    let mut released = Released::default();
    for of_one in unread.chunk_by(|(one, _), (next, _)| one == next) {
        let user = UserKey::new(of_one[0].0);
        let doomed: Vec<Doomed> = of_one.iter().map(|(_, item)| *item).collect();
        if let Ok(place) = inboxes.binary_search_by_key(&user, |inbox| inbox.user) {
            let head = &mut inboxes[place].head;
            events.push(remove(conn, user, head, &doomed, now, &mut released)?);
        }
    }
    released.write(conn)
}

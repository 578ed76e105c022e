use diesel::prelude::*;
use herald_domain::{Flags, InboxItem, NotificationId, UserKey};
use herald_ports::{LiveEvent, Written};

use super::{named, read_head, write_head};
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::schema::inbox_items::{self as items, seq, usr};
use crate::schema::inbox_tombstones as tombstones;

pub(super) fn delete(
    conn: &mut Conn,
    user: UserKey,
    ids: &[NotificationId],
) -> Result<Written, Failure> {
    let mut removed = Vec::new();
    let mut items = Vec::new();
    for row in named(conn, user, ids)? {
        let at = row.seq;
        let item = InboxItem::try_from(row)?;
        removed.push((at, item.id(), item.flags));
        items.push(item);
    }
    let event = if removed.is_empty() { None } else { Some(remove(conn, user, &removed)?) };
    Ok(Written { head: read_head(conn, user)?, event, items })
}

/// Removes items, given by the revision that added them, their ids in ascending order, and their
/// flags; all with one revision. There must be at least one.
pub(crate) fn remove(
    conn: &mut Conn,
    user: UserKey,
    removed: &[(i64, NotificationId, Flags)],
) -> Result<LiveEvent, Failure> {
    let flags: Vec<_> = removed.iter().map(|(.., flags)| *flags).collect();
    let head = read_head(conn, user)?.removed(&flags);
    write_head(conn, user, head)?;
    let seqs = removed.iter().map(|(at, ..)| *at);
    on_conn!(conn, c => diesel::delete(items::table)
        .filter(usr.eq(user.get()))
        .filter(seq.eq_any(seqs))
        .execute(c))?;
    for (_, id, _) in removed {
        let row = (
            tombstones::usr.eq(user.get()),
            tombstones::rev.eq(head.rev.get()),
            tombstones::notification.eq(id.get()),
        );
        on_conn!(conn, c => diesel::insert_into(tombstones::table).values(row).execute(c))?;
    }
    Ok(LiveEvent::Changed {
        user,
        head,
        items: Vec::new(),
        deleted: removed.iter().map(|(_, id, _)| *id).collect(),
    })
}

use diesel::prelude::*;
use herald_domain::{Flags, InboxItem, NotificationId, Timestamp, UserKey};
use herald_ports::{LiveEvent, Written};

use super::{named, read_head};
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::rows::{FlagsRow, ItemRow};
use crate::schema::{inbox_heads as heads, inbox_items as items, notifications};
use crate::statements::{AddTombstones, InListDsl, List};

/// An item that is to be removed.
#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = items)]
pub(crate) struct Doomed {
    /// the revision that added it
    pub(crate) seq: i64,
    pub(crate) notification: i64,
    #[diesel(embed)]
    pub(crate) flags: FlagsRow,
}

pub(super) fn delete(
    conn: &mut Conn,
    user: UserKey,
    ids: &[NotificationId],
    now: Timestamp,
) -> Result<Written, Failure> {
    let rows = named(conn, user, ids)?;
    let doomed: Vec<_> = rows.iter().map(ItemRow::doomed).collect();
    let items = rows.into_iter().map(InboxItem::try_from).collect::<Result<_, _>>()?;
    let event = if doomed.is_empty() { None } else { Some(remove(conn, user, &doomed, now)?) };
    Ok(Written { head: read_head(conn, user)?, event, items })
}

/// Removes items of one inbox, at least one, with one revision.
pub(crate) fn remove(
    conn: &mut Conn,
    user: UserKey,
    doomed: &[Doomed],
    now: Timestamp,
) -> Result<LiveEvent, Failure> {
    let event = take_out(conn, user, doomed, now)?;
    let ids = List::of_numbers(doomed.iter().map(|item| item.notification));
    on_conn!(conn, c => diesel::update(notifications::table)
        .filter(notifications::id.in_list(&ids))
        .set(notifications::holders.eq(notifications::holders - 1))
        .execute(c))?;
    Ok(event)
}

/// Does what [`remove`] does, except that the notifications still have to be [`release`]d: who
/// removes the same ones from many inboxes does so once for all.
pub(crate) fn take_out(
    conn: &mut Conn,
    user: UserKey,
    doomed: &[Doomed],
    now: Timestamp,
) -> Result<LiveEvent, Failure> {
    let flags: Vec<Flags> = doomed.iter().map(|item| item.flags.into()).collect();
    let head = read_head(conn, user)?.removed(&flags);
    let count = i64::try_from(doomed.len()).unwrap_or(i64::MAX);
    let columns = (
        heads::rev.eq(head.rev.get()),
        heads::unread.eq(head.unread),
        heads::unseen.eq(head.unseen),
        heads::total.eq(heads::total - count),
    );
    on_conn!(conn, c => diesel::update(heads::table.find(user.get())).set(columns).execute(c))?;
    let seqs = List::of_numbers(doomed.iter().map(|item| item.seq));
    on_conn!(conn, c => diesel::delete(items::table)
        .filter(items::usr.eq(user.get()))
        .filter(items::seq.in_list(&seqs))
        .execute(c))?;
    let mut deleted: Vec<i64> = doomed.iter().map(|item| item.notification).collect();
    deleted.sort_unstable();
    let tombstones = AddTombstones {
        user: user.get(),
        rev: head.rev.get(),
        notifications: &List::of_numbers(deleted.iter().copied()),
        removed_at: now.as_micros(),
    };
    on_conn!(conn, c => tombstones.execute(c))?;
    let deleted = deleted.into_iter().map(NotificationId::new).collect();
    Ok(LiveEvent::Changed { user, head, items: Vec::new(), deleted })
}

/// Notes that so many inboxes hold a notification no longer.
pub(crate) fn release(conn: &mut Conn, notification: i64, inboxes: i64) -> Result<(), Failure> {
    on_conn!(conn, c => diesel::update(notifications::table.find(notification))
        .set(notifications::holders.eq(notifications::holders - inboxes))
        .execute(c))?;
    Ok(())
}

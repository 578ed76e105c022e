use std::collections::BTreeMap;

use diesel::prelude::*;
use herald_domain::{Flags, Head, InboxItem, NotificationId, Timestamp, UserKey};
use herald_ports::{LiveEvent, Written};

use super::{hold_head, named, nothing};
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::locks;
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
    let Some(mut head) = hold_head(conn, user)? else {
        return Ok(nothing());
    };
    let rows = named(conn, user, ids)?;
    let doomed: Vec<_> = rows.iter().map(ItemRow::doomed).collect();
    let items = rows.into_iter().map(InboxItem::try_from).collect::<Result<_, _>>()?;
    let event = if doomed.is_empty() {
        None
    } else {
        let mut released = Released::default();
        let event = remove(conn, user, &mut head, &doomed, now, &mut released)?;
        released.write(conn)?;
        Some(event)
    };
    Ok(Written { head, event, items })
}

/// Which notifications inboxes no longer hold, and how many inboxes of each.
#[derive(Debug, Default)]
pub(crate) struct Released(BTreeMap<i64, i64>);

impl Released {
    /// Adds one inbox that no longer holds it.
    pub(crate) fn add(&mut self, notification: i64) {
        *self.0.entry(notification).or_default() += 1;
    }

    /// Notes it with the notifications; those of as many inboxes together.
    pub(crate) fn write(self, conn: &mut Conn) -> Result<(), Failure> {
        let mut by_count: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for (notification, inboxes) in &self.0 {
            by_count.entry(*inboxes).or_default().push(*notification);
        }
        let all: Vec<i64> = self.0.into_keys().collect();
        locks::notifications(conn, &all)?;
        for (inboxes, ids) in by_count {
            let ids = List::of_numbers(ids);
            on_conn!(conn, c => diesel::update(notifications::table)
                .filter(notifications::id.in_list(&ids))
                .set(notifications::holders.eq(notifications::holders - inboxes))
                .execute(c))?;
        }
        Ok(())
    }
}

/// Removes items of one inbox, at least one, with one revision: `head`, which is held, moves on. What
/// is released is to be written after the last inbox, for heads are held before notifications.
pub(crate) fn remove(
    conn: &mut Conn,
    user: UserKey,
    head: &mut Head,
    doomed: &[Doomed],
    now: Timestamp,
    released: &mut Released,
) -> Result<LiveEvent, Failure> {
    let flags: Vec<Flags> = doomed.iter().map(|item| item.flags.into()).collect();
    *head = head.removed(&flags);
    doomed.iter().for_each(|item| released.add(item.notification));
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
    Ok(LiveEvent::Changed { user, head: *head, items: Vec::new(), deleted })
}

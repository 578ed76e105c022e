use std::sync::Arc;

use herald_domain::{
    Flags, Head, InboxItem, ItemFilter, Keep, Notification, Patch, Rev, Timestamp,
};
use herald_ports::LiveEvent;

use super::ops::USERS;
use super::world::Write;
use crate::fixtures::counted;

/// What inboxes should be: lists that are searched from end to end, and counted anew each time.
#[derive(Default)]
pub(super) struct Model {
    inboxes: [Inbox; USERS],
}

#[derive(Default)]
struct Inbox {
    rev: Rev,
    /// oldest first
    items: Vec<InboxItem>,
}

impl Model {
    /// Does what the write should do; only the notification of a new item is taken from what the
    /// store told of it.
    pub(super) fn apply(&mut self, write: &Write, events: &[LiveEvent]) {
        match write {
            Write::Send(to, _) => {
                let Some(LiveEvent::Appended { notification, .. }) = events.last() else {
                    panic!("a new item is told last: {events:?}");
                };
                for user in to {
                    self.inboxes[*user].append(notification);
                }
            }
            Write::Patch(user, ids, patch, now) => self.inboxes[*user].change(|item| {
                if ids.contains(&item.id()) { patch.apply(item.flags, *now) } else { item.flags }
            }),
            Write::Delete(user, ids, _) => {
                self.inboxes[*user].remove(|item| ids.contains(&item.id()));
            }
            Write::ReadAll(user, now) => {
                self.inboxes[*user].change(|item| Patch::read(true).apply(item.flags, *now));
            }
            Write::SeenAll(user, now) => {
                self.inboxes[*user].change(|item| Patch::seen().apply(item.flags, *now));
            }
            Write::Expire(now) => {
                let expired = |at: Timestamp| at <= *now;
                for inbox in &mut self.inboxes {
                    inbox.remove(|item| item.notification.content.expires_at.is_some_and(expired));
                }
            }
            Write::Trim(keep, _) => self.inboxes.iter_mut().for_each(|inbox| inbox.trim(*keep)),
            Write::Prune(..) => {}
        }
    }

    /// Where an inbox stands.
    pub(super) fn head(&self, user: usize) -> Head {
        let Inbox { rev, items } = &self.inboxes[user];
        let (unread, unseen) = counted(items);
        Head { rev: *rev, unread, unseen }
    }

    /// All that matches, newest first.
    pub(super) fn list(&self, user: usize, filter: &ItemFilter) -> Vec<InboxItem> {
        let newest_first = self.inboxes[user].items.iter().rev();
        newest_first.filter(|item| filter.matches(item)).cloned().collect()
    }
}

impl Inbox {
    fn append(&mut self, notification: &Arc<Notification>) {
        let key = &notification.content.collapse_key;
        if key.is_some() {
            self.remove(|item| {
                item.flags.counts_unread() && item.notification.content.collapse_key == *key
            });
        }
        self.rev = self.rev.next();
        self.items.push(InboxItem {
            notification: notification.clone(),
            rev: self.rev,
            flags: Flags::default(),
        });
    }

    fn change(&mut self, flags: impl Fn(&InboxItem) -> Flags) {
        let next = self.rev.next();
        for item in &mut self.items {
            let after = flags(item);
            if after != item.flags {
                (item.flags, item.rev, self.rev) = (after, next, next);
            }
        }
    }

    fn trim(&mut self, keep: Keep) {
        let newest: Vec<_> =
            self.items.iter().rev().take(keep.items as usize).map(InboxItem::id).collect();
        let young = |at: Timestamp| keep.after.is_none_or(|after| at > after);
        self.remove(|item| !newest.contains(&item.id()) || !young(item.notification.created_at));
    }

    fn remove(&mut self, gone: impl Fn(&InboxItem) -> bool) {
        let before = self.items.len();
        self.items.retain(|item| !gone(item));
        if self.items.len() < before {
            self.rev = self.rev.next();
        }
    }
}

use std::collections::BTreeMap;

use crate::{Epoch, Head, InboxItem, NotificationId, Rev, Timestamp};

/// What happened to an inbox after a position, brought down to what it comes to: each touched item
/// once, as it is now, and what is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// the database that the revisions belong to
    pub epoch: Epoch,
    /// the position that a copy has reached once it applied this
    pub rev: Rev,
    /// the head when this was read: its counts are the newest known
    pub head: Head,
    /// touched items, in order of their revision
    pub items: Vec<InboxItem>,
    /// removed items, in order of their removal
    pub deleted: Vec<NotificationId>,
    /// whether `rev` is not the end: ask again from there
    pub more: bool,
}

/// A client's copy of an inbox, and how it is kept in step.
///
/// This is what every device does with what it is sent. A copy that applied all changes up to a
/// revision equals the inbox at that revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InboxCopy {
    /// the position reached
    pub rev: Rev,
    /// items neither read nor archived
    pub unread: i64,
    /// items neither seen nor archived
    pub unseen: i64,
    /// the items by their number
    pub items: BTreeMap<NotificationId, InboxItem>,
}

impl InboxCopy {
    /// Takes over what changed; what is not after this copy's position is ignored.
    pub fn apply(&mut self, changes: Changes) {
        if changes.rev <= self.rev {
            return;
        }
        for item in changes.items {
            self.items.insert(item.id(), item);
        }
        for id in changes.deleted {
            self.items.remove(&id);
        }
        self.advance(Head { rev: changes.rev, ..changes.head });
    }

    /// Everything was marked as read.
    pub fn apply_all_read(&mut self, head: Head, at: Timestamp) {
        for item in self.items.values_mut().filter(|item| item.flags.read_at.is_none()) {
            item.flags.read_at = Some(at);
            item.flags.seen_at = item.flags.seen_at.or(Some(at));
            item.rev = head.rev;
        }
        self.advance(head);
    }

    /// Everything was marked as seen.
    pub fn apply_all_seen(&mut self, head: Head, at: Timestamp) {
        for item in self.items.values_mut().filter(|item| item.flags.seen_at.is_none()) {
            item.flags.seen_at = Some(at);
            item.rev = head.rev;
        }
        self.advance(head);
    }

    fn advance(&mut self, head: Head) {
        self.rev = head.rev;
        self.unread = head.unread;
        self.unseen = head.unseen;
    }
}

use std::sync::Arc;

use herald_domain::{Head, InboxItem, Notification, NotificationId, SessionId, Timestamp, UserKey};

/// Something that open devices should hear of.
///
/// An event is a hint: it may be lost, repeated, or overtaken. Whoever hears of a revision that is
/// not the next one reads the changes from the store.
#[derive(Debug, Clone)]
pub enum LiveEvent {
    /// a new item in one or more inboxes
    Appended {
        /// what was said
        notification: Arc<Notification>,
        /// each inbox, and where it stands with the item
        recipients: Vec<Delivered>,
    },
    /// something is being put into the inboxes of a large group, beginning with those that somebody
    /// looks at
    Expanding {
        /// what is being told
        notification: NotificationId,
    },
    /// a new item in many inboxes
    Reached {
        /// what was said
        notification: Arc<Notification>,
        /// no inbox of this user or an earlier one
        after: UserKey,
        /// only inboxes of this user and earlier ones
        through: UserKey,
        /// where the inboxes of those stand whom the worker knew to be connected, in their order
        told: Vec<Delivered>,
    },
    /// changed flags and removals in one inbox, of one revision
    Changed {
        /// whose inbox
        user: UserKey,
        /// where it stands now
        head: Head,
        /// the items as they are now
        items: Vec<InboxItem>,
        /// the items that are gone
        deleted: Vec<NotificationId>,
    },
    /// all of an inbox was marked as read
    AllRead {
        /// whose inbox
        user: UserKey,
        /// where it stands now
        head: Head,
        /// when it was read
        at: Timestamp,
    },
    /// all of an inbox was marked as seen
    AllSeen {
        /// whose inbox
        user: UserKey,
        /// where it stands now
        head: Head,
        /// when it was seen
        at: Timestamp,
    },
    /// rights ended: of one login, or of the user in every login
    Revoked {
        /// whose rights
        user: UserKey,
        /// the login, or all
        session: Option<SessionId>,
    },
}

/// One recipient of a new item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// whose inbox
    pub user: UserKey,
    /// where it stands with the item
    pub head: Head,
}

/// Carries events to every node's devices.
pub trait LiveBus: Send + Sync + 'static {
    /// Passes an event on, after the commit it tells of. Never waits and never fails: what cannot be
    /// carried is dropped, for the store has it.
    fn publish(&self, event: LiveEvent);

    /// Sends every event, of this node and of others, to `sink` from now on.
    fn subscribe(&self, sink: Arc<dyn LiveSink>);
}

/// Takes events from the bus.
pub trait LiveSink: Send + Sync + 'static {
    /// Takes one event. Must not wait.
    fn deliver(&self, event: &LiveEvent);
}

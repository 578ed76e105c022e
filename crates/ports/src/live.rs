use std::sync::{Arc, PoisonError, RwLock};

use herald_domain::{Head, InboxItem, Notification, NotificationId, SessionId, Timestamp, UserKey};

use crate::Gossip;

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
        /// where the inboxes of those stand whom the worker knew to be connected, in their order; none
        /// of these in an event from another node
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
    /// what a node tells the others of itself; nothing about any inbox. It is said again and again, so
    /// that nobody needs to look for what of it was lost
    Gossip {
        /// who says it: another name each time that a process starts
        node: Arc<str>,
        /// what is said
        gossip: Gossip,
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
    /// carried to other nodes is dropped, for the store has it, and their sinks are told that they
    /// [lag](LiveSink::lagged). The sinks of this node get it at once and exactly once.
    fn publish(&self, event: LiveEvent);

    /// Sends every event, of this node and of others, to `sink` from now on.
    fn subscribe(&self, sink: Arc<dyn LiveSink>);
}

/// Takes events from the bus.
pub trait LiveSink: Send + Sync + 'static {
    /// Takes one event. Must not wait.
    fn deliver(&self, event: &LiveEvent);

    /// Events may have been lost on the way: whoever keeps a copy looks into the store. Must not wait.
    /// Nothing to do for a sink that keeps none.
    fn lagged(&self) {}
}

/// The sinks of a bus.
#[derive(Default)]
pub struct LiveSinks(
    /// replaced as a whole, so that no lock is held while sinks are called
    RwLock<Arc<[Arc<dyn LiveSink>]>>,
);

impl LiveSinks {
    /// Adds one: it gets what comes from now on.
    pub fn add(&self, sink: Arc<dyn LiveSink>) {
        let mut sinks = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *sinks = sinks.iter().cloned().chain([sink]).collect();
    }

    fn all(&self) -> Arc<[Arc<dyn LiveSink>]> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl LiveSink for LiveSinks {
    fn deliver(&self, event: &LiveEvent) {
        self.all().iter().for_each(|sink| sink.deliver(event));
    }

    fn lagged(&self) {
        self.all().iter().for_each(|sink| sink.lagged());
    }
}

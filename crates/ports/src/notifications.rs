use async_trait::async_trait;
use herald_domain::{
    Defaults, Draft, Notification, NotificationId, Receipt, Route, Rule, Timestamp, Topic,
    Violation,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

use crate::{LiveEvent, StoreError};

/// What is to be sent, as one transaction.
#[derive(Debug, Clone)]
pub struct Append {
    /// in the order sent
    pub entries: Vec<Entry>,
    /// who sends: as recipients see it
    pub sender: String,
    /// who sends: as ownership is decided
    pub principal: String,
    /// whether recipients who do not exist are created; otherwise they are refused
    pub create_recipients: bool,
    /// the caller's key, if it gave one
    pub idempotency: Option<Idempotency>,
    /// what holds for whoever has not chosen: by it is known of whom something has to be decided
    pub defaults: Arc<Defaults>,
    /// what the request belongs to (W3C Trace Context, `traceparent`)
    pub traceparent: Option<String>,
    /// when this happens
    pub now: Timestamp,
}

/// One part of a batch.
#[derive(Debug, Clone)]
pub enum Entry {
    /// to be sent
    Send(Draft),
    /// refused already; only its place and its answer are kept, for a replay
    Refused(Refusal),
}

/// What makes a repeated request recognisable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Idempotency {
    /// hash of the principal, the route and the caller's key
    pub key: [u8; 16],
    /// hash of the request: another request under the same key is refused
    pub fingerprint: [u8; 16],
}

/// Why one notification is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// every rule that was broken
    pub violations: Vec<Violation>,
}

impl Refusal {
    /// A recipient who may not or cannot be created.
    pub fn unknown_recipient(id: &str) -> Self {
        Self::of(Violation::new("to", Rule::Unknown, format!("there is no user {id}")))
    }

    /// A recipient whose id is not known, but who is somebody's login name: creating a second user
    /// of that name would lose the message, and guessing would let anybody who registers a name
    /// receive what was meant for another system's user of that id.
    pub fn username_not_id(name: &str, id: &str) -> Self {
        let detail =
            format!("there is no user {name}; the user who logs in as {name} has the id {id}");
        Self::of(Violation::new("to", Rule::Unknown, detail))
    }

    /// A topic to whose subscribers nothing can be sent, for there is none of that name.
    pub fn unknown_topic(name: &Topic) -> Self {
        Self::of(Violation::new("to.topic", Rule::Unknown, format!("there is no topic {name}")))
    }

    fn of(violation: Violation) -> Self {
        Self { violations: vec![violation] }
    }
}

/// What became of one entry. Stored for replays, so its JSON form must stay readable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// it is stored; its state says whether it is in the inbox of every recipient who wants it there
    Sent(Receipt),
    /// nothing of it was stored
    Refused(Refusal),
}

/// What became of an [`Append`].
#[derive(Debug)]
pub enum Accepted {
    /// done now: what became of each entry, what to tell the devices, in order, and of which notifications
    /// something is to be [decided](crate::DeliveryStore::plan)
    Fresh(Vec<Outcome>, Vec<LiveEvent>, Vec<NotificationId>),
    /// done before, under the same key: the outcomes of then
    Replayed(Vec<Outcome>),
    /// the key was used for another request
    Mismatch,
}

/// A notification as its sender sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentNotification {
    /// what was said
    pub notification: Arc<Notification>,
    /// who sent it, as ownership is decided
    pub principal: String,
    /// what became of it
    pub receipt: Receipt,
    /// how many users it is for, whether they want it or not; not known before it is looked at
    pub total: Option<i64>,
    /// when it was to be told, if that was later than it was accepted
    pub send_at: Option<Timestamp>,
    /// by which ways it was to be told
    pub route: Route,
}

impl SentNotification {
    /// When it was, or is, told.
    pub fn told_at(&self) -> Timestamp {
        let accepted = self.notification.created_at;
        self.send_at.map_or(accepted, |at| at.max(accepted))
    }
}

/// Sending.
#[async_trait]
pub trait NotificationStore: Send + Sync + 'static {
    /// Stores notifications, and an item in each recipient's inbox. Recipients who mute the
    /// category at [`Append::now`], or have turned the inbox off for it, are left out, and not counted,
    /// unless it is critical; that may leave nobody, and still is no refusal.
    ///
    /// What is for a later time, for a group, or for more than
    /// [`Audience::MAX_AT_ONCE`](herald_domain::Audience::MAX_AT_ONCE) users is not in any inbox
    /// afterwards, but waits in the [`FanOutStore`](crate::FanOutStore).
    ///
    /// What the sender wants told by other channels only is in no inbox at all. Of whom an external channel
    /// may be a way to, something is to be decided: see [`DeliveryStore`](crate::DeliveryStore).
    ///
    /// All of an append is one transaction, with its idempotency key; an entry that is refused
    /// leaves nothing behind, and does not stop the others. For each recipient, in this order, an
    /// unread item with the same collapse key is removed, and the new one added; each is a revision
    /// of its own. A recipient sees the entries in their order. Of any number of appends under one
    /// key at once, one is `Fresh`.
    async fn append(&self, append: Append) -> Result<Accepted, StoreError>;

    /// What an append under that key was answered: `Replayed`, `Mismatch`, or `None` if there was
    /// none.
    async fn replay(&self, idempotency: Idempotency) -> Result<Option<Accepted>, StoreError>;

    /// A notification as it was sent, as long as it is kept.
    async fn sent(&self, id: NotificationId) -> Result<Option<SentNotification>, StoreError>;
}

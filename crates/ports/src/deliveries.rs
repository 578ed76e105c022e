use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use herald_domain::{
    Address, Attempt, Channel, ChannelSet, Decision, Defaults, DeliveryId, DeliveryStatus,
    EndpointId, Locale, Notification, NotificationId, Timestamp, UserId, UserKey, Verdict,
};
use serde::{Deserialize, Serialize};

use crate::{Part, StoreError};

/// By what plans are decided.
#[derive(Debug, Clone)]
pub struct Planning {
    /// what holds for whoever has not chosen
    pub defaults: Arc<Defaults>,
    /// channels by which whoever has no address is given one: those in the sandbox, which reach nobody
    pub addressless: ChannelSet,
    /// when this happens
    pub now: Timestamp,
    /// about how many plans are taken
    pub limit: usize,
}

/// What deciding came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Planned {
    /// how many plans were taken: as long as there are some, there may be more
    pub taken: usize,
    /// the channels by which something goes out now
    pub due: ChannelSet,
}

/// A line of a decision, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecidedLine {
    /// the channel
    pub channel: Channel,
    /// `send`, `hold`, `digest` or `suppress`
    pub decision: String,
    /// until when, if it is held or collected
    pub until: Option<Timestamp>,
    /// which rule decided it
    pub reason: String,
}

impl DecidedLine {
    /// The line of a decision.
    pub fn of(decision: &Decision) -> Self {
        let (verdict, until) = match decision.verdict {
            Verdict::Send => ("send", None),
            Verdict::Hold(until) => ("hold", Some(until)),
            Verdict::Digest(until) => ("digest", Some(until)),
            Verdict::Suppress => ("suppress", None),
        };
        Self {
            channel: decision.channel,
            decision: verdict.to_owned(),
            until,
            reason: decision.reason.to_string(),
        }
    }
}

/// A delivery that is in somebody's hands.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// which one
    pub id: DeliveryId,
    /// how often it was taken on: only who took it on last may say what became of it
    pub claim: i64,
    /// which attempt it is, from 1
    pub attempt: u32,
    /// who is told
    pub user: UserKey,
    /// who that is to the outside
    pub recipient: UserId,
    /// in which language
    pub locale: Option<Locale>,
    /// where it goes; `None` if there is no such address any more, or it is suppressed
    pub to: Option<Address>,
    /// whether the user never had one there, and is told nevertheless, for the channel was
    /// [addressless](Planning::addressless)
    pub lacks_address: bool,
    /// what it tells of: one, or, of a digest, at least one, oldest first
    pub notifications: Vec<Arc<Notification>>,
    /// what the request belonged to that sent it (W3C Trace Context)
    pub traceparent: Option<String>,
    /// when it stops being worth telling
    pub expires_at: Option<Timestamp>,
}

/// What became of a delivery that was in somebody's hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// which one
    pub id: DeliveryId,
    /// as it was claimed
    pub claim: i64,
    /// the attempt that was made, if one was
    pub attempt: Option<Attempt>,
    /// what follows
    pub then: Then,
}

/// What follows on an attempt, or on there being none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// nothing: the provider has taken it
    Sent,
    /// another attempt at that time
    Retry(Timestamp),
    /// it is as it was, and due at that time: no attempt was made, or none that counts
    Release(Timestamp),
    /// nothing, for that reason: it is among the dead letters
    Fail(String),
    /// the same, and the address is used no more: an endpoint is forgotten, an e-mail address or a
    /// telephone suppressed
    FailForGood(String),
    /// nothing, for that reason: it is not wanted any more
    Suppress(String),
}

/// A delivery, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// its number
    pub id: DeliveryId,
    /// what it tells of; of a digest, several
    pub notifications: Vec<NotificationId>,
    /// whether it is a digest
    pub is_digest: bool,
    /// who is told
    pub recipient: UserId,
    /// by what
    pub channel: Channel,
    /// where, unless that is the user's e-mail address or telephone
    pub endpoint: Option<EndpointId>,
    /// how far it has come
    pub status: DeliveryStatus,
    /// why it ended as it did
    pub reason: Option<String>,
    /// when it was decided
    pub created_at: Timestamp,
    /// when that was last changed
    pub updated_at: Timestamp,
    /// when something is done about it next
    pub due_at: Option<Timestamp>,
    /// the attempts, the oldest first
    pub attempts: Vec<Attempt>,
}

/// Which deliveries are meant; what is `None` does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// by how far they have come
    pub status: Option<DeliveryStatus>,
    /// by channel
    pub channel: Option<Channel>,
    /// by who is told
    pub user: Option<UserKey>,
    /// by what they tell of
    pub notification: Option<NotificationId>,
}

/// How one user was told of one notification.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// what was decided, by channel; `None` if nothing had to be
    pub lines: Option<Vec<DecidedLine>>,
    /// whether something is still to be decided at once
    pub is_planned: bool,
    /// the deliveries, the oldest first
    pub deliveries: Vec<Delivery>,
}

/// How far one notification has come on its way to one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// which one
    pub notification: NotificationId,
    /// what was decided, by channel; empty if nothing is decided yet, or nothing had to be
    pub lines: Vec<DecidedLine>,
    /// how far each delivery has come, the oldest first; what has ended is not kept for good
    pub deliveries: Vec<(Channel, DeliveryStatus)>,
}

/// How much waits, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// by which channel
    pub channel: Channel,
    /// since when the oldest is due
    pub oldest_due: Option<Timestamp>,
    /// how many dead letters there are
    pub dead: i64,
}

/// Deliveries by channels that lead out of Herald.
///
/// An append, or a step of a fan-out, leaves a *plan* for each recipient about whom there is something to
/// decide, in its own transaction: those with an address of a channel that is
/// [open](Defaults::open) to the notification, or that they [want](herald_domain::Preferences), and
/// those who are named, if the sender asked for an external channel. Plans become deliveries by
/// [`decide`](herald_domain::decide): one for each address. What is held or collected is
/// decided, or goes out, when its time comes.
///
/// Whoever claims a delivery has it for a while. If nothing is recorded by then, it is as good as lost, and may
/// be claimed again: a delivery is attempted at least once, and what happens twice is told apart by its claim.
#[async_trait]
pub trait DeliveryStore: Send + Sync + 'static {
    /// Takes what is to be decided now (plans, what was held, what was collected) and makes deliveries
    /// of it, as one transaction.
    async fn plan(&self, planning: Planning) -> Result<Planned, StoreError>;

    /// When the next plan can be taken: a moment that has passed, if one can be already.
    async fn next_plan(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Takes on at most `limit` deliveries of a channel that are due, for that long: those that are urgent
    /// first, then those that have been due for longest. One whose last claim ended without a
    /// word has a [lost](herald_domain::Outcome::Lost) attempt more, which does not count.
    async fn claim(
        &self,
        channel: Channel,
        limit: usize,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Vec<Claimed>, StoreError>;

    /// When the next delivery of a channel is due: a moment that has passed, if one is already.
    async fn next_delivery(&self, channel: Channel) -> Result<Option<Timestamp>, StoreError>;

    /// Records what became of deliveries. Those that somebody else has claimed since are left alone.
    async fn record(&self, records: Vec<Record>, now: Timestamp) -> Result<(), StoreError>;

    /// How a user was told of a notification.
    async fn trace(&self, notification: NotificationId, user: UserKey)
    -> Result<Trace, StoreError>;

    /// How far each of these notifications has come on its way to a user, in the order in which they are
    /// named: the short form of [`DeliveryStore::trace`] for a list.
    async fn progress(
        &self,
        user: UserKey,
        notifications: Vec<NotificationId>,
    ) -> Result<Vec<Progress>, StoreError>;

    /// At most `limit` deliveries before that number, the latest first.
    async fn deliveries(
        &self,
        filter: DeliveryFilter,
        before: Option<DeliveryId>,
        limit: usize,
    ) -> Result<Part<Delivery, DeliveryId>, StoreError>;

    /// One delivery.
    async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>, StoreError>;

    /// Begins a dead letter anew, with as many attempts as at first; `false` if that is none.
    async fn redrive(&self, id: DeliveryId, now: Timestamp) -> Result<bool, StoreError>;

    /// The same for at most `limit` dead letters that the filter lets through, the oldest first; answers how
    /// many. The filter's status means nothing.
    async fn redrive_all(
        &self,
        filter: DeliveryFilter,
        limit: usize,
        now: Timestamp,
    ) -> Result<usize, StoreError>;

    /// Gives a dead letter up for good: it is suppressed, for that reason; `false` if that is none.
    async fn drop_dead(
        &self,
        id: DeliveryId,
        reason: String,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// How much waits, and for how long, by every external channel.
    async fn backlog(&self) -> Result<Vec<Backlog>, StoreError>;
}

use std::sync::Arc;

use async_trait::async_trait;
use herald_domain::{NotificationId, Receipt, Timestamp, UserKey};

use crate::{Connected, Delivered, LiveEvent, StoreError};

/// One step of putting what waits into inboxes.
#[derive(Debug)]
pub struct Step {
    /// what was worked on
    pub notification: NotificationId,
    /// whose turn it was, as ownership is decided
    pub principal: String,
    /// how many inboxes it was put into by this step
    pub reached: i64,
    /// whether it is in every inbox now
    pub done: bool,
    /// what to tell the devices, in order; when something begins, that it does
    pub events: Vec<LiveEvent>,
}

/// What became of a wish to take a notification back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cancelled {
    /// it is cancelled, now or already; nobody gets it
    Done(Receipt),
    /// its time has come: somebody may have it
    TooLate,
    /// there is no such notification of that principal
    Unknown,
}

/// What was accepted and is not in every inbox yet: for a large audience, or for a later time.
///
/// It is part of the append that accepted it. An audience is made of who belonged to it when it was
/// accepted, or, if that is later, when its time came: each of them gets it once, and keeps what came
/// before in its order; who belongs to it only since then may or may not. A step is one transaction,
/// so that nothing is lost or done twice wherever the process ends, and any number of processes may
/// take steps at the same time.
#[async_trait]
pub trait FanOutStore: Send + Sync + 'static {
    /// When the next step can be taken: a moment that has passed, if something waits already.
    async fn next_step(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Puts one notification that is due into some more inboxes; `None` if nothing is due.
    ///
    /// What is critical goes first. Otherwise senders take turns, in the order of their names, and
    /// it is the turn of the one that follows `after`; of one sender's notifications, the one with
    /// the fewest steps so far goes first. Whoever does not want it is left out, as by an append.
    ///
    /// What there is to tell says of those who are `connected` where their inboxes stand.
    async fn step(
        &self,
        after: Option<String>,
        now: Timestamp,
        connected: Arc<dyn Connected>,
    ) -> Result<Option<Step>, StoreError>;

    /// Puts a notification that is due into the inboxes of those of these users for whom it is and who
    /// have not got it, whoever's turn it is: they are looking. Answers what to tell the devices, in
    /// order; nothing, if it is in every inbox already, or for users who are named: these are so few
    /// that their turns come at once.
    async fn hasten(
        &self,
        id: NotificationId,
        users: Vec<UserKey>,
        now: Timestamp,
    ) -> Result<Vec<LiveEvent>, StoreError>;

    /// Takes back a notification of that principal whose time has not come.
    async fn cancel(
        &self,
        id: NotificationId,
        principal: String,
        now: Timestamp,
    ) -> Result<Cancelled, StoreError>;

    /// Those of the users in whose inboxes the notification is the latest change, and where these
    /// stand. What followed it tells of it, too.
    async fn reached(
        &self,
        id: NotificationId,
        users: Vec<UserKey>,
    ) -> Result<Vec<Delivered>, StoreError>;
}

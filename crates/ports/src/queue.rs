use async_trait::async_trait;
use herald_domain::NotificationId;

/// Something for a worker to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Job {
    /// a notification waits to be put into inboxes
    FanOut(NotificationId),
}

/// The queue has no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("queue is full")]
pub struct QueueFull;

/// A job in the hands of a worker. One that is dropped without [`Received::ack`] is received again.
#[async_trait]
pub trait Received: Send {
    /// What there is to do.
    fn job(&self) -> Job;

    /// It is done, or somebody will see to it: nobody receives it any more.
    async fn ack(self: Box<Self>);
}

/// Carries work to workers.
///
/// A job is a hint: the store knows what there is to do, so that one that is lost costs a moment, and
/// one that is repeated nothing. Of several workers, one receives a job at a time; jobs come about in
/// the order in which they were published.
#[async_trait]
pub trait JobQueue: Send + Sync + 'static {
    /// Puts a job behind the others. Never waits: a queue is bounded, and what finds no room is found
    /// by the workers when they look into the store.
    async fn publish(&self, job: Job) -> Result<(), QueueFull>;

    /// The next job, as soon as there is one. Nothing is lost if the caller stops waiting.
    async fn receive(&self) -> Box<dyn Received>;
}

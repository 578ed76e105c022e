use async_trait::async_trait;
use herald_domain::NotificationId;

/// Something for a worker to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Job {
    /// a notification waits to be put into inboxes
    FanOut(NotificationId),
    /// of a notification something is to be decided: who is told how
    Deliver(NotificationId),
}

impl Job {
    /// What it concerns.
    pub fn notification(self) -> NotificationId {
        match self {
            Self::FanOut(id) | Self::Deliver(id) => id,
        }
    }
}

/// Why a job was not put into the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotQueued {
    /// there is no room
    #[error("queue is full")]
    Full,
    /// what carries the queue cannot be reached, or takes nothing at present
    #[error("queue cannot be reached")]
    Away,
}

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
/// the order in which they were published. A job that fails its workers again and again, or that none
/// of them understands, is taken out of the way: [`DeadJobs`](crate::DeadJobs) has it.
#[async_trait]
pub trait JobQueue: Send + Sync + 'static {
    /// Puts a job behind the others. Waits for nobody else: a queue is bounded, and what finds no room,
    /// or nobody who carries it, is found by the workers when they look into the store. `Ok` promises
    /// no more than that it is on its way.
    async fn publish(&self, job: Job) -> Result<(), NotQueued>;

    /// The next job, as soon as there is one. Nothing is lost if the caller stops waiting.
    async fn receive(&self) -> Box<dyn Received>;
}

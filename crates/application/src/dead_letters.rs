use std::sync::Arc;

use herald_ports::{DeadJobList, DeadJobs, DeadJobsAway};

/// Why nothing was done about a dead job.
#[derive(Debug, thiserror::Error)]
pub enum DeadLetterError {
    /// there is none of that id
    #[error("there is no such dead job")]
    Unknown,
    /// who keeps them cannot be asked
    #[error(transparent)]
    Away(#[from] DeadJobsAway),
}

/// The jobs that were taken out of the queue's way. Not for everybody: the caller checks who asks.
pub struct DeadLetters {
    jobs: Arc<dyn DeadJobs>,
}

impl DeadLetters {
    /// Over what keeps them.
    pub fn new(jobs: Arc<dyn DeadJobs>) -> Self {
        Self { jobs }
    }

    /// At most `limit` of them, the latest first.
    pub async fn list(&self, limit: usize) -> Result<DeadJobList, DeadLetterError> {
        Ok(self.jobs.list(limit).await?)
    }

    /// Forgets one.
    pub async fn remove(&self, id: &str) -> Result<(), DeadLetterError> {
        found(self.jobs.remove(id).await?)
    }

    /// Has one done once more.
    pub async fn redrive(&self, id: &str) -> Result<(), DeadLetterError> {
        found(self.jobs.redrive(id).await?)
    }
}

fn found(found: bool) -> Result<(), DeadLetterError> {
    if found { Ok(()) } else { Err(DeadLetterError::Unknown) }
}

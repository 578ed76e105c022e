use async_trait::async_trait;
use herald_domain::Timestamp;

/// A job that was taken out of the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadJob {
    /// names it, as long as it is there
    pub id: String,
    /// the queue that it was in
    pub queue: String,
    /// why it is here, in a few words
    pub reason: String,
    /// how often it was handed out before; unknown where the broker does not say
    pub deliveries: Option<u64>,
    /// since when it is here; unknown where the broker does not say
    pub died_at: Option<Timestamp>,
    /// what it says: the beginning, and what is no text replaced
    pub payload: String,
}

impl DeadJob {
    /// The most characters of a payload that are shown.
    pub const MAX_PAYLOAD: usize = 1_000;

    /// The payload as it is shown.
    pub fn excerpt(payload: &[u8]) -> String {
        String::from_utf8_lossy(payload).chars().take(Self::MAX_PAYLOAD).collect()
    }
}

/// Some of the dead jobs, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeadJobList {
    /// the latest first
    pub jobs: Vec<DeadJob>,
    /// all that there are
    pub total: u64,
}

/// Who keeps the dead jobs cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("dead jobs cannot be reached: {0}")]
pub struct DeadJobsAway(
    /// why
    pub String,
);

/// The jobs that failed their workers again and again, or that no worker understands.
///
/// How many are kept is bounded; the oldest go. A queue that has none is always empty.
#[async_trait]
pub trait DeadJobs: Send + Sync + 'static {
    /// At most `limit` of them, the latest first.
    async fn list(&self, limit: usize) -> Result<DeadJobList, DeadJobsAway>;

    /// Forgets one; `false` if there is none of that id.
    async fn remove(&self, id: &str) -> Result<bool, DeadJobsAway>;

    /// Puts one back into the queue that it was in, as if it were new; `false` if there is none of
    /// that id.
    async fn redrive(&self, id: &str) -> Result<bool, DeadJobsAway>;
}

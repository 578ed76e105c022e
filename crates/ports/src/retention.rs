use async_trait::async_trait;
use herald_domain::{Keep, Leftover, Timestamp, UserKey};

use crate::{LiveEvent, StoreError};

/// What one step of trimming came to.
#[derive(Debug)]
pub struct Trimmed {
    /// what to tell the devices, in order
    pub events: Vec<LiveEvent>,
    /// where the next step begins; `None` if this was the last
    pub next: Option<UserKey>,
}

/// Removing what has its time behind it, while everything else goes on.
///
/// Each call is one small step in one transaction, so that no other write waits for long: it removes
/// about `limit` rows at most, and a store may stop earlier when it has taken a few milliseconds;
/// but as long as there is something to remove, each step removes something. Steps repeat and
/// compose: what one leaves the next one finds, also after a crash between them.
///
/// What is removed from an inbox in one step is removed with one revision, as if the user had deleted
/// it, and told so.
#[async_trait]
pub trait RetentionStore: Send + Sync + 'static {
    /// When the next item expires or has expired, of those that are in an inbox.
    async fn next_expiry(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Removes items that expire at `now` or earlier, those first that expired first. Answers what
    /// to tell the devices; nothing, if nothing has expired.
    async fn expire(&self, now: Timestamp, limit: usize) -> Result<Vec<LiveEvent>, StoreError>;

    /// Looks at some of the inboxes after `after` (0 comes before the first), in the order of their
    /// keys, and removes from each the oldest items: as many as there are beyond [`Keep::items`],
    /// and from the oldest on for as long as they were not created after [`Keep::after`].
    async fn trim(
        &self,
        after: UserKey,
        keep: Keep,
        now: Timestamp,
        limit: usize,
    ) -> Result<Trimmed, StoreError>;

    /// Removes leftovers whose moment is `until` or earlier, the oldest first. Answers whether there
    /// may be more. After the clock was set back, some may wait for those that came before them.
    ///
    /// Once tombstones are removed, changes since a position that needs them are answered
    /// [`Pruned`](crate::Resync::Pruned).
    async fn forget(
        &self,
        leftover: Leftover,
        until: Timestamp,
        limit: usize,
    ) -> Result<bool, StoreError>;
}

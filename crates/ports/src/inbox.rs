use async_trait::async_trait;
use herald_domain::{
    Changes, Epoch, Head, InboxItem, ItemFilter, NotificationId, Patch, Rev, Timestamp, UserKey,
};

use crate::{Delivered, LiveEvent, Position, StoreError};

/// A page of an inbox, read at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// the head at that moment
    pub head: Head,
    /// newest first
    pub items: Vec<InboxItem>,
    /// where the next page begins, if there is more
    pub next: Option<Rev>,
    /// how many items match in all; counted for [`Position::Offset`] only
    pub total: Option<u64>,
}

/// Why changes since a position cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resync {
    /// the position is of another database
    Epoch,
    /// what came after the position is partly forgotten
    Pruned,
    /// the inbox never was at that position
    Unknown,
}

/// What a write to an inbox came to.
#[derive(Debug, Clone)]
pub struct Written {
    /// where the inbox stands now
    pub head: Head,
    /// what to tell the devices; `None` if nothing changed, and then no revision was taken
    pub event: Option<LiveEvent>,
    /// the items named that exist, as they are now, in the order of their ids; those that were
    /// removed, as they were
    pub items: Vec<InboxItem>,
}

/// The inboxes, one revision log each.
///
/// Every change takes the next revision of that user's log, and updates the head in the same
/// transaction, under that head's lock: revisions have no gap, the counts are always those of the
/// items, and writes to one inbox happen one after the other. A user without items has a head of
/// zeros. An item of another user is as unknown as one that never was.
#[async_trait]
pub trait InboxStore: Send + Sync + 'static {
    /// Random id of this database; the same at every call.
    fn epoch(&self) -> Epoch;

    /// Where the inbox stands.
    async fn head(&self, user: UserKey) -> Result<Head, StoreError>;

    /// Where the inboxes of these users stand; of those who are there.
    async fn heads(&self, users: Vec<UserKey>) -> Result<Vec<Delivered>, StoreError>;

    /// A page of at most `limit` items, from the newest to the oldest, with the head of the same
    /// moment. A cursor is the revision at which the last item before it was created.
    async fn page(
        &self,
        user: UserKey,
        filter: ItemFilter,
        position: Position<Rev>,
        limit: usize,
    ) -> Result<Page, StoreError>;

    /// One item.
    async fn item(
        &self,
        user: UserKey,
        id: NotificationId,
    ) -> Result<Option<InboxItem>, StoreError>;

    /// What changed after `since`: whole revisions only, about `limit` items and removals, more if
    /// one revision alone has more. An item that was added and removed after `since` is among the
    /// removed.
    ///
    /// A position that is ahead of the log is answered [`Resync::Unknown`]; one from which on a
    /// removal was pruned, [`Resync::Pruned`]: a copy needs to hear of every removal after its own
    /// revision, and of none before.
    async fn changes(
        &self,
        user: UserKey,
        since: Rev,
        limit: usize,
    ) -> Result<Result<Changes, Resync>, StoreError>;

    /// Changes the flags of items; all that really change share one revision. Unknown ids are
    /// passed over.
    async fn patch(
        &self,
        user: UserKey,
        ids: Vec<NotificationId>,
        patch: Patch,
        now: Timestamp,
    ) -> Result<Written, StoreError>;

    /// Removes items, all with one revision. Unknown ids are passed over.
    async fn delete(
        &self,
        user: UserKey,
        ids: Vec<NotificationId>,
        now: Timestamp,
    ) -> Result<Written, StoreError>;

    /// Marks every item as read (and seen), archived ones too, with one revision.
    /// [`Written::items`] stays empty.
    async fn read_all(&self, user: UserKey, now: Timestamp) -> Result<Written, StoreError>;

    /// Marks every item as seen, archived ones too, with one revision. [`Written::items`] stays
    /// empty.
    async fn seen_all(&self, user: UserKey, now: Timestamp) -> Result<Written, StoreError>;
}

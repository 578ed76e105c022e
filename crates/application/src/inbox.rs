use std::sync::Arc;

use herald_domain::{
    Changes, Epoch, Head, InboxItem, ItemFilter, NotificationId, Patch, Rev, Rule, UserKey,
    Violation,
};
use herald_ports::{Clock, InboxStore, LiveBus, Page, Position, Resync, StoreError, Written};

/// The most items that one command names.
pub const MAX_IDS: usize = 100;

/// Why an inbox was not served.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    /// the request breaks a rule
    #[error("{0}")]
    Invalid(Violation),
    /// there is no such item in this inbox
    #[error("there is no such item")]
    Unknown,
    /// changes since that position cannot be told: read the whole inbox again
    #[error("position is lost")]
    Resync(Resync),
    /// the store did not do it
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a list asks for.
#[derive(Debug, Clone)]
pub struct List {
    /// which items
    pub filter: ItemFilter,
    /// from where
    pub position: Position<Rev>,
    /// how many, 1 to [`Inbox::MAX_LIMIT`]
    pub limit: usize,
}

/// One user's inbox: reading it, and changing it on all devices at once.
pub struct Inbox {
    store: Arc<dyn InboxStore>,
    bus: Arc<dyn LiveBus>,
    clock: Arc<dyn Clock>,
}

impl Inbox {
    /// The most items on a page.
    pub const MAX_LIMIT: usize = 100;
    /// The most changes in one answer, unless one revision alone has more.
    pub const MAX_CHANGES: usize = 500;

    /// Over a store; open devices hear of changes by the bus.
    pub fn new(store: Arc<dyn InboxStore>, bus: Arc<dyn LiveBus>, clock: Arc<dyn Clock>) -> Self {
        Self { store, bus, clock }
    }

    /// Random id of the database that revisions belong to.
    pub fn epoch(&self) -> Epoch {
        self.store.epoch()
    }

    /// Where the inbox stands: revision and counts.
    pub async fn head(&self, user: UserKey) -> Result<Head, InboxError> {
        Ok(self.store.head(user).await?)
    }

    /// A page, newest first.
    pub async fn list(&self, user: UserKey, list: List) -> Result<Page, InboxError> {
        Ok(self.store.page(user, list.filter, list.position, list.limit).await?)
    }

    /// The newest items that the filter lets through: so many, at least one, after the first `skip`.
    /// Read a page at a time.
    pub async fn newest(
        &self,
        user: UserKey,
        filter: ItemFilter,
        skip: u64,
        count: usize,
    ) -> Result<Vec<InboxItem>, InboxError> {
        let mut items = Vec::new();
        let mut position = match skip {
            0 => Position::Cursor(None),
            skip => Position::Offset(skip),
        };
        loop {
            let limit = Self::MAX_LIMIT.min(count - items.len());
            let page = self.store.page(user, filter.clone(), position, limit).await?;
            items.extend(page.items);
            match page.next {
                Some(place) if items.len() < count => position = Position::Cursor(Some(place)),
                _ => return Ok(items),
            }
        }
    }

    /// One item.
    pub async fn item(&self, user: UserKey, id: NotificationId) -> Result<InboxItem, InboxError> {
        self.store.item(user, id).await?.ok_or(InboxError::Unknown)
    }

    /// What changed after a position. The epoch may be left out by who knows it is the same.
    pub async fn changes(
        &self,
        user: UserKey,
        since: Rev,
        epoch: Option<&str>,
        limit: usize,
    ) -> Result<Changes, InboxError> {
        if epoch.is_some_and(|epoch| epoch != self.store.epoch().as_str()) {
            return Err(InboxError::Resync(Resync::Epoch));
        }
        self.store.changes(user, since, limit).await?.map_err(InboxError::Resync)
    }

    /// Changes one item's flags, and answers the item as it is now.
    pub async fn patch_one(
        &self,
        user: UserKey,
        id: NotificationId,
        patch: Patch,
    ) -> Result<InboxItem, InboxError> {
        let written = self.patch(user, vec![id], patch).await?;
        written.items.into_iter().next().ok_or(InboxError::Unknown)
    }

    /// Changes the flags of up to [`MAX_IDS`] items; unknown ones are passed over.
    pub async fn patch(
        &self,
        user: UserKey,
        ids: Vec<NotificationId>,
        patch: Patch,
    ) -> Result<Written, InboxError> {
        check_ids(&ids)?;
        let written = self.store.patch(user, ids, patch, self.clock.now()).await?;
        Ok(self.publish(written))
    }

    /// Removes one item.
    pub async fn delete_one(&self, user: UserKey, id: NotificationId) -> Result<(), InboxError> {
        let written = self.delete(user, vec![id]).await?;
        if written.items.is_empty() { Err(InboxError::Unknown) } else { Ok(()) }
    }

    /// Removes up to [`MAX_IDS`] items; unknown ones are passed over.
    pub async fn delete(
        &self,
        user: UserKey,
        ids: Vec<NotificationId>,
    ) -> Result<Written, InboxError> {
        check_ids(&ids)?;
        let written = self.store.delete(user, ids, self.clock.now()).await?;
        Ok(self.publish(written))
    }

    /// Marks everything as read.
    pub async fn read_all(&self, user: UserKey) -> Result<Head, InboxError> {
        let written = self.store.read_all(user, self.clock.now()).await?;
        Ok(self.publish(written).head)
    }

    /// Marks everything as seen.
    pub async fn seen_all(&self, user: UserKey) -> Result<Head, InboxError> {
        let written = self.store.seen_all(user, self.clock.now()).await?;
        Ok(self.publish(written).head)
    }

    fn publish(&self, mut written: Written) -> Written {
        if let Some(event) = written.event.take() {
            self.bus.publish(event);
        }
        written
    }
}

fn check_ids(ids: &[NotificationId]) -> Result<(), InboxError> {
    match ids.len() {
        0 => Err(Violation::new("ids", Rule::Required, "must name at least one item")),
        1..=MAX_IDS => Ok(()),
        _ => Err(Violation::new("ids", Rule::TooLong, "must name at most 100 items")),
    }
    .map_err(InboxError::Invalid)
}

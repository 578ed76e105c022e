use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use herald_domain::{
    Changes, Epoch, Head, InboxItem, ItemFilter, NotificationId, Patch, Rev, Timestamp, UserKey,
};
use herald_ports::{InboxStore, LiveEvent, Page, Position, Resync, StoreError, Written};

use crate::MemoryStore;
use crate::log::Log;

/// One log per user to whom something was sent.
#[derive(Debug, Default)]
pub(crate) struct Inboxes(HashMap<UserKey, Log>);

impl Inboxes {
    /// A user's log, to be written to.
    pub(crate) fn of(&mut self, user: UserKey) -> &mut Log {
        self.0.entry(user).or_default()
    }
}

impl MemoryStore {
    /// Reads a user's log, an empty one if nothing was ever sent.
    fn read<T>(&self, user: UserKey, read: impl FnOnce(&Log) -> T) -> Result<T, StoreError> {
        let state = self.state()?;
        Ok(match state.inboxes.0.get(&user) {
            Some(log) => read(log),
            None => read(&Log::default()),
        })
    }

    /// Marks every item, with one event for all.
    fn patch_all(
        &self,
        user: UserKey,
        patch: Patch,
        now: Timestamp,
        event: impl FnOnce(Head) -> LiveEvent,
    ) -> Result<Written, StoreError> {
        let mut state = self.state()?;
        let log = state.inboxes.of(user);
        let changed = log.patch_all(patch, now);
        Ok(Written {
            head: log.head(),
            event: (!changed.is_empty()).then(|| event(log.head())),
            items: vec![],
        })
    }
}

#[async_trait]
impl InboxStore for MemoryStore {
    fn epoch(&self) -> Epoch {
        self.epoch.clone()
    }

    async fn head(&self, user: UserKey) -> Result<Head, StoreError> {
        self.read(user, Log::head)
    }

    async fn page(
        &self,
        user: UserKey,
        filter: ItemFilter,
        position: Position,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.read(user, |log| log.page(&filter, position, limit))
    }

    async fn item(
        &self,
        user: UserKey,
        id: NotificationId,
    ) -> Result<Option<InboxItem>, StoreError> {
        self.read(user, |log| log.item(id).cloned())
    }

    async fn changes(
        &self,
        user: UserKey,
        since: Rev,
        limit: usize,
    ) -> Result<Result<Changes, Resync>, StoreError> {
        self.read(user, |log| log.changes(self.epoch(), since, limit))
    }

    async fn patch(
        &self,
        user: UserKey,
        ids: Vec<NotificationId>,
        patch: Patch,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        let mut state = self.state()?;
        let log = state.inboxes.of(user);
        let ids = BTreeSet::from_iter(ids);
        let changed = log.patch(&ids, patch, now);
        let head = log.head();
        Ok(Written {
            head,
            event: (!changed.is_empty()).then_some(LiveEvent::Changed {
                user,
                head,
                items: changed,
                deleted: vec![],
            }),
            items: ids.iter().filter_map(|id| log.item(*id)).cloned().collect(),
        })
    }

    async fn delete(&self, user: UserKey, ids: Vec<NotificationId>) -> Result<Written, StoreError> {
        let mut state = self.state()?;
        let log = state.inboxes.of(user);
        let items = log.remove(&BTreeSet::from_iter(ids));
        Ok(Written { head: log.head(), event: removal(user, log.head(), &items), items })
    }

    async fn read_all(&self, user: UserKey, now: Timestamp) -> Result<Written, StoreError> {
        let all_read = |head| LiveEvent::AllRead { user, head, at: now };
        self.patch_all(user, Patch::read(true), now, all_read)
    }

    async fn seen_all(&self, user: UserKey, now: Timestamp) -> Result<Written, StoreError> {
        let all_seen = |head| LiveEvent::AllSeen { user, head, at: now };
        self.patch_all(user, Patch::seen(), now, all_seen)
    }
}

/// What to tell of removed items, if there are any.
pub(crate) fn removal(user: UserKey, head: Head, removed: &[InboxItem]) -> Option<LiveEvent> {
    (!removed.is_empty()).then(|| LiveEvent::Changed {
        user,
        head,
        items: vec![],
        deleted: removed.iter().map(InboxItem::id).collect(),
    })
}

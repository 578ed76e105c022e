use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use herald_domain::{
    Changes, Epoch, Head, InboxItem, ItemFilter, Notification, NotificationId, Patch, Rev,
    Timestamp, UserKey,
};
use herald_ports::{Delivered, InboxStore, LiveEvent, Page, Position, Resync, StoreError, Written};

use crate::MemoryStore;
use crate::log::Log;
use crate::store::State;

/// One log per user to whom something was sent, and where to look for what has its time behind it.
#[derive(Debug, Default)]
pub(crate) struct Inboxes {
    pub(crate) logs: BTreeMap<UserKey, Log>,
    /// the most items of one inbox; any number, if `None`
    pub(crate) window: Option<u32>,
    /// items that expire, those first that expire first
    pub(crate) expiring: BTreeSet<(Timestamp, UserKey, NotificationId)>,
    /// revisions that removed something, the oldest first
    pub(crate) removals: BTreeSet<(Timestamp, UserKey, Rev)>,
}

impl Inboxes {
    /// A user's log. Items are added and removed by [`Inboxes::append`] and [`State::remove`].
    pub(crate) fn of(&mut self, user: UserKey) -> &mut Log {
        self.logs.entry(user).or_default()
    }

    /// Adds an item; answers where the inbox stands with it.
    pub(crate) fn append(&mut self, user: UserKey, notification: Arc<Notification>) -> Head {
        if let Some(at) = notification.content.expires_at {
            self.expiring.insert((at, user, notification.id));
        }
        let log = self.of(user);
        log.append(notification);
        log.head()
    }
}

/// Forgetting the oldest of a kind, if it is not younger than `until`; each answers how much that was.
impl Inboxes {
    pub(crate) fn forget_removal(&mut self, until: Timestamp) -> usize {
        let Some((at, user, rev)) = self.removals.first().copied().filter(|(at, ..)| *at <= until)
        else {
            return 0;
        };
        self.removals.remove(&(at, user, rev));
        // none are left if a later revision was forgotten first, as when the clock was set back
        self.of(user).prune(rev).max(1)
    }
}

impl State {
    /// Removes those of the items that are in the user's inbox; answers them as they were.
    pub(crate) fn remove(
        &mut self,
        user: UserKey,
        ids: impl IntoIterator<Item = NotificationId>,
        now: Timestamp,
    ) -> Vec<InboxItem> {
        let log = self.inboxes.of(user);
        let removed = log.remove(&ids.into_iter().collect());
        if !removed.is_empty() {
            let rev = log.head().rev;
            self.inboxes.removals.insert((now, user, rev));
        }
        for item in &removed {
            if let Some(at) = item.notification.content.expires_at {
                self.inboxes.expiring.remove(&(at, user, item.id()));
            }
            self.notifications.release(item.id());
        }
        removed
    }

    /// Removes an inbox with everything in it, and what was noted of removals.
    pub(crate) fn forget_inbox(&mut self, user: UserKey) {
        let Some(log) = self.inboxes.logs.remove(&user) else { return };
        for item in log.items() {
            self.notifications.release(item.id());
        }
        self.inboxes.expiring.retain(|(_, other, _)| *other != user);
        self.inboxes.removals.retain(|(_, other, _)| *other != user);
    }
}

impl MemoryStore {
    /// Reads a user's log, an empty one if nothing was ever sent.
    fn read<T>(&self, user: UserKey, read: impl FnOnce(&Log) -> T) -> Result<T, StoreError> {
        let state = self.state()?;
        Ok(match state.inboxes.logs.get(&user) {
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

    async fn heads(&self, users: Vec<UserKey>) -> Result<Vec<Delivered>, StoreError> {
        let state = self.state()?;
        let stands = |user: UserKey| {
            state.users.by_key(user)?;
            let head = state.inboxes.logs.get(&user).map_or_else(Head::default, Log::head);
            Some(Delivered { user, head })
        };
        Ok(users.into_iter().filter_map(stands).collect())
    }

    async fn page(
        &self,
        user: UserKey,
        filter: ItemFilter,
        position: Position<Rev>,
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

    async fn delete(
        &self,
        user: UserKey,
        ids: Vec<NotificationId>,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        let mut state = self.state()?;
        let items = state.remove(user, ids, now);
        let head = state.inboxes.of(user).head();
        Ok(Written { head, event: removal(user, head, &items), items })
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

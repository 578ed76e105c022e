use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use herald_domain::{
    Changes, CollapseKey, Epoch, Flags, Head, InboxItem, ItemFilter, Keep, Notification,
    NotificationId, Patch, Rev, Timestamp,
};
use herald_ports::{Page, Position, Resync};

/// One user's inbox: its items, what was removed, and where its revision log stands.
#[derive(Debug, Default)]
pub(crate) struct Log {
    head: Head,
    /// by the revision at which the item was created, which is how a cursor names a place
    items: BTreeMap<Rev, InboxItem>,
    /// where an item is among the items
    places: HashMap<NotificationId, Rev>,
    /// what was removed, by the revision that did it
    removed: BTreeMap<Rev, Vec<NotificationId>>,
    /// removals up to this revision may be forgotten
    floor: Rev,
}

/// What one revision last touched.
#[derive(Default)]
struct Touched {
    items: Vec<InboxItem>,
    deleted: Vec<NotificationId>,
}

impl Log {
    pub(crate) fn head(&self) -> Head {
        self.head
    }

    pub(crate) fn items(&self) -> impl Iterator<Item = &InboxItem> {
        self.items.values()
    }

    pub(crate) fn item(&self, id: NotificationId) -> Option<&InboxItem> {
        self.items.get(self.places.get(&id)?)
    }

    pub(crate) fn page(&self, filter: &ItemFilter, position: Position<Rev>, limit: usize) -> Page {
        let (before, offset) = match position {
            Position::Cursor(before) => (before, 0),
            Position::Offset(offset) => (None, usize::try_from(offset).unwrap_or(usize::MAX)),
        };
        let matching = || {
            let newest_first = self.items.iter().rev();
            newest_first
                .skip_while(move |(place, _)| before.is_some_and(|before| **place >= before))
                .filter(|(_, item)| filter.matches(item))
        };
        let mut rest = matching().skip(offset);
        let shown: Vec<_> = rest.by_ref().take(limit).collect();
        let more = rest.next().is_some();
        Page {
            head: self.head,
            next: shown.last().filter(|_| more).map(|(place, _)| **place),
            items: shown.into_iter().map(|(_, item)| item.clone()).collect(),
            total: matches!(position, Position::Offset(_)).then(|| matching().count() as u64),
        }
    }

    pub(crate) fn changes(
        &self,
        epoch: Epoch,
        since: Rev,
        limit: usize,
    ) -> Result<Changes, Resync> {
        if since > self.head.rev {
            return Err(Resync::Unknown);
        }
        if since < self.floor {
            return Err(Resync::Pruned);
        }
        let mut changes = Changes {
            epoch,
            rev: since,
            head: self.head,
            items: Vec::new(),
            deleted: Vec::new(),
            more: false,
        };
        for (rev, touched) in self.touched_after(since) {
            let told = changes.items.len() + changes.deleted.len();
            // the first revision is told whatever its size, or nobody would get beyond it
            if told > 0 && told + touched.items.len() + touched.deleted.len() > limit {
                changes.more = true;
                return Ok(changes);
            }
            changes.rev = rev;
            changes.items.extend(touched.items);
            changes.deleted.extend(touched.deleted);
        }
        changes.rev = self.head.rev;
        Ok(changes)
    }

    fn touched_after(&self, since: Rev) -> BTreeMap<Rev, Touched> {
        let mut touched: BTreeMap<Rev, Touched> = BTreeMap::new();
        for item in self.items.values().filter(|item| item.rev > since) {
            touched.entry(item.rev).or_default().items.push(item.clone());
        }
        for (rev, ids) in self.removed.range(since.next()..) {
            touched.entry(*rev).or_default().deleted.clone_from(ids);
        }
        touched
    }

    /// Adds an item.
    pub(crate) fn append(&mut self, notification: Arc<Notification>) {
        self.head = self.head.appended();
        let rev = self.head.rev;
        self.places.insert(notification.id, rev);
        let item = InboxItem { notification, rev, flags: Flags::default() };
        self.items.insert(rev, item);
    }

    /// The unread items that a new one of that key replaces.
    pub(crate) fn unread_of(&self, key: &CollapseKey) -> BTreeSet<NotificationId> {
        let unread = self.items.values().filter(|item| {
            item.flags.counts_unread()
                && item.notification.content.collapse_key.as_ref() == Some(key)
        });
        unread.map(InboxItem::id).collect()
    }

    /// Changes the flags of those items that exist; answers which really changed, as they are now.
    pub(crate) fn patch(
        &mut self,
        ids: &BTreeSet<NotificationId>,
        patch: Patch,
        now: Timestamp,
    ) -> Vec<InboxItem> {
        let places = ids.iter().filter_map(|id| self.places.get(id).copied());
        self.patch_at(places.collect(), patch, now)
    }

    /// Changes the flags of every item; answers which really changed, as they are now.
    pub(crate) fn patch_all(&mut self, patch: Patch, now: Timestamp) -> Vec<InboxItem> {
        self.patch_at(self.items.keys().copied().collect(), patch, now)
    }

    fn patch_at(&mut self, places: Vec<Rev>, patch: Patch, now: Timestamp) -> Vec<InboxItem> {
        let rev = self.head.rev.next();
        let (mut flags, mut changed) = (Vec::new(), Vec::new());
        for place in places {
            let Some(item) = self.items.get_mut(&place) else {
                continue;
            };
            let (before, after) = (item.flags, patch.apply(item.flags, now));
            if before != after {
                (item.flags, item.rev) = (after, rev);
                flags.push((before, after));
                changed.push(item.clone());
            }
        }
        if !changed.is_empty() {
            self.head = self.head.changed(&flags);
        }
        changed
    }

    /// The items that are there too many, or too old: from the oldest on.
    pub(crate) fn surplus(&self, keep: Keep) -> Vec<NotificationId> {
        let too_many = self.items.len().saturating_sub(keep.items as usize);
        let too_old = |item: &&InboxItem| {
            keep.after.is_some_and(|after| item.notification.created_at <= after)
        };
        let too_old = self.items.values().take_while(too_old).count();
        self.items.values().take(too_many.max(too_old)).map(InboxItem::id).collect()
    }

    /// Forgets what was removed up to a revision; answers how many items that were.
    pub(crate) fn prune(&mut self, upto: Rev) -> usize {
        self.floor = self.floor.max(upto);
        let kept = self.removed.split_off(&upto.next());
        std::mem::replace(&mut self.removed, kept).values().map(Vec::len).sum()
    }

    /// Removes those items that exist; answers them as they were.
    pub(crate) fn remove(&mut self, ids: &BTreeSet<NotificationId>) -> Vec<InboxItem> {
        let removed: Vec<_> =
            ids.iter().filter_map(|id| self.items.remove(&self.places.remove(id)?)).collect();
        if !removed.is_empty() {
            let flags: Vec<_> = removed.iter().map(|item| item.flags).collect();
            self.head = self.head.removed(&flags);
            let ids = removed.iter().map(InboxItem::id).collect();
            self.removed.insert(self.head.rev, ids);
        }
        removed
    }
}

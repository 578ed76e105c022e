use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;

use async_trait::async_trait;
use herald_domain::{Keep, Leftover, NotificationId, Timestamp, UserKey};
use herald_ports::{LiveEvent, RetentionStore, StoreError, Trimmed};

use crate::MemoryStore;
use crate::inbox::removal;
use crate::store::State;

/// How many inboxes one step of trimming looks at.
const SPAN: usize = 1_000;

/// Takes the first of a queue, if that should go.
pub(crate) fn pop_if<T>(queue: &mut VecDeque<T>, goes: impl FnOnce(&T) -> bool) -> Option<T> {
    queue.front().is_some_and(goes).then(|| queue.pop_front()).flatten()
}

impl State {
    fn expire(&mut self, now: Timestamp, limit: usize) -> Vec<LiveEvent> {
        let mut expired: BTreeMap<UserKey, Vec<NotificationId>> = BTreeMap::new();
        let due = self.inboxes.expiring.iter().take_while(|(at, ..)| *at <= now);
        for (_, user, id) in due.take(limit.max(1)) {
            expired.entry(*user).or_default().push(*id);
        }
        let gone = expired.into_iter().map(|(user, ids)| self.take_away(user, ids, now));
        gone.flatten().collect()
    }

    fn trim(&mut self, after: UserKey, keep: Keep, now: Timestamp, limit: usize) -> Trimmed {
        let mut events = Vec::new();
        let mut room = limit.max(1);
        let behind = (Bound::Excluded(after), Bound::Unbounded);
        let users: Vec<_> =
            self.inboxes.logs.range(behind).map(|(user, _)| *user).take(SPAN).collect();
        for user in &users {
            let surplus = self.inboxes.of(*user).surplus(keep);
            let count = surplus.len().min(room);
            let done = count == surplus.len();
            events.extend(self.take_away(*user, surplus.into_iter().take(count), now));
            room -= count;
            if !done {
                return Trimmed { events, next: Some(UserKey::new(user.get() - 1)) };
            }
            if room == 0 {
                return Trimmed { events, next: Some(*user) };
            }
        }
        let next = users.last().filter(|_| users.len() == SPAN).copied();
        Trimmed { events, next }
    }

    /// Makes room for one more item, where inboxes have a window; what to tell of it.
    pub(crate) fn make_room(&mut self, user: UserKey, now: Timestamp) -> Option<LiveEvent> {
        let items = self.inboxes.window?.saturating_sub(1);
        let surplus = self.inboxes.of(user).surplus(Keep { items, after: None });
        self.take_away(user, surplus, now)
    }

    /// Removes items; what to tell of it.
    fn take_away(
        &mut self,
        user: UserKey,
        ids: impl IntoIterator<Item = NotificationId>,
        now: Timestamp,
    ) -> Option<LiveEvent> {
        let removed = self.remove(user, ids, now);
        removal(user, self.inboxes.of(user).head(), &removed)
    }

    /// Forgets the oldest notification that nobody needs, with what was decided about it; how many that
    /// were.
    fn forget_notification(&mut self, until: Timestamp) -> usize {
        let (outbox, deliveries) = (&self.outbox, &self.deliveries);
        let is_needed = |id| outbox.holds(id) || deliveries.need(id);
        let forgotten = self.notifications.forget_unheld(until, is_needed);
        forgotten.iter().for_each(|id| self.deliveries.forget_notification(*id));
        usize::from(forgotten.is_some())
    }

    fn forget(&mut self, leftover: Leftover, until: Timestamp, limit: usize) -> bool {
        let mut forgotten = 0;
        while forgotten < limit.max(1) {
            let rows = match leftover {
                Leftover::Tombstones => self.inboxes.forget_removal(until),
                Leftover::Deliveries => self.deliveries.forget_ended(until),
                Leftover::Notifications => self.forget_notification(until),
                Leftover::IdempotencyKeys => self.notifications.forget_answer(until),
                Leftover::Tickets => self.sessions.forget_ticket(until),
                Leftover::Revocations => self.sessions.forget_revocation(until),
                Leftover::Logins => self.sessions.forget_login(until),
                Leftover::Mutes => self.mutes.forget_ended(until),
                Leftover::Deletions => self.users.forget_deletion(until),
                Leftover::Sandbox => self.sandbox.forget_message(until),
                // here a topic's subscriptions go with it, and all of a user's with the user
                Leftover::Topics | Leftover::Estates => 0,
            };
            if rows == 0 {
                return false;
            }
            forgotten += rows;
        }
        true
    }
}

#[async_trait]
impl RetentionStore for MemoryStore {
    async fn next_expiry(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.state()?.inboxes.expiring.first().map(|(at, ..)| *at))
    }

    async fn expire(&self, now: Timestamp, limit: usize) -> Result<Vec<LiveEvent>, StoreError> {
        Ok(self.state()?.expire(now, limit))
    }

    async fn trim(
        &self,
        after: UserKey,
        keep: Keep,
        now: Timestamp,
        limit: usize,
    ) -> Result<Trimmed, StoreError> {
        Ok(self.state()?.trim(after, keep, now, limit))
    }

    async fn forget(
        &self,
        leftover: Leftover,
        until: Timestamp,
        limit: usize,
    ) -> Result<bool, StoreError> {
        Ok(self.state()?.forget(leftover, until, limit))
    }
}

use std::sync::atomic::{AtomicUsize, Ordering};

use herald_domain::{
    Content, Draft, Keep, Leftover, NotificationId, Patch, Rev, Timestamp, UserKey,
};
use herald_ports::{Append, LiveEvent};

use super::ops::{Op, USERS};
use crate::Stores;
use crate::fixtures::{append, collapsing, draft, expiring, later, receipt_of};

/// More than there is to remove: each inbox's share goes with one revision.
const PLENTY: usize = 10_000;

/// The users of one sequence, and what they were sent so far.
pub(super) struct World {
    stores: Stores,
    names: Vec<String>,
    users: Vec<UserKey>,
    /// oldest first
    sent: Vec<NotificationId>,
    /// how many writes there were: each has a second of its own
    steps: u64,
    /// when each revision removed something, by user
    removals: Vec<Vec<(Timestamp, Rev)>>,
    /// up to where removals were forgotten, by user
    floors: Vec<Rev>,
}

/// A write with the numbers and the time that it has in one world; users stay numbered.
#[derive(Debug)]
pub(super) enum Write {
    Send(Vec<usize>, Append),
    Patch(usize, Vec<NotificationId>, Patch, Timestamp),
    Delete(usize, Vec<NotificationId>, Timestamp),
    ReadAll(usize, Timestamp),
    SeenAll(usize, Timestamp),
    Expire(Timestamp),
    Trim(Keep, Timestamp),
    Prune(Timestamp),
}

impl World {
    /// Users who have not been sent anything.
    pub(super) async fn new(stores: Stores) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let world = NEXT.fetch_add(1, Ordering::Relaxed);
        let names: Vec<_> = (0..USERS).map(|nth| format!("w{world}.u{nth}")).collect();
        let mut users = Vec::new();
        for name in &names {
            users.push(stores.ensure(name).await);
        }
        let (removals, floors) = (vec![Vec::new(); USERS], vec![Rev::default(); USERS]);
        Self { stores, names, users, sent: Vec::new(), steps: 0, removals, floors }
    }

    /// The users, numbered.
    pub(super) fn users(&self) -> impl Iterator<Item = (usize, UserKey)> {
        self.users.iter().copied().enumerate()
    }

    /// The oldest position of a user since which changes can still be told.
    pub(super) fn floor(&self, user: usize) -> Rev {
        self.floors[user]
    }

    /// What the next write is to be.
    pub(super) fn plan(&mut self, op: Op) -> Write {
        self.steps += 1;
        let now = later(self.steps);
        match op {
            Op::Send { to, kind, collapse, lasts } => {
                let names: Vec<_> = to.iter().map(|user| self.names[*user].as_str()).collect();
                let plain = draft(&names, &format!("number {}", self.steps));
                let content = Content { kind, ..plain.content };
                let mut draft = Draft { content, ..plain };
                if let Some(key) = collapse {
                    draft = collapsing(&format!("key {key}"), draft);
                }
                if let Some(steps) = lasts {
                    draft = expiring(later(self.steps + steps), draft);
                }
                let append = Append { now, ..append([draft]) };
                Write::Send(to, append)
            }
            Op::Patch { user, items, patch } => Write::Patch(user, self.named(&items), patch, now),
            Op::Delete { user, items } => Write::Delete(user, self.named(&items), now),
            Op::ReadAll { user } => Write::ReadAll(user, now),
            Op::SeenAll { user } => Write::SeenAll(user, now),
            Op::Expire => Write::Expire(now),
            Op::Trim { items, steps } => {
                Write::Trim(Keep { items, after: steps.map(|steps| self.ago(steps)) }, now)
            }
            Op::Prune { steps } => Write::Prune(self.ago(steps)),
        }
    }

    fn ago(&self, steps: u64) -> Timestamp {
        later(self.steps.saturating_sub(steps))
    }

    /// Writes; answers what the devices are told.
    pub(super) async fn perform(&mut self, write: &Write) -> Vec<LiveEvent> {
        let events = self.write(write).await;
        if let Write::Prune(until) = write {
            for (removals, floor) in self.removals.iter_mut().zip(&mut self.floors) {
                removals.retain(|(at, rev)| {
                    let forgotten = at <= until;
                    if forgotten {
                        *floor = *rev;
                    }
                    !forgotten
                });
            }
        }
        for event in &events {
            if let LiveEvent::Changed { user, head, deleted, .. } = event
                && let Some(user) = self.users.iter().position(|known| known == user)
                && !deleted.is_empty()
            {
                self.removals[user].push((later(self.steps), head.rev));
            }
        }
        events
    }

    async fn write(&mut self, write: &Write) -> Vec<LiveEvent> {
        let inbox = &self.stores.inbox;
        let written = match write {
            Write::Send(_, append) => {
                let (outcomes, events) = self.stores.append(append.clone()).await;
                self.sent.push(receipt_of(&outcomes[0]).id);
                return events;
            }
            Write::Expire(now) => return self.stores.expire(*now, PLENTY).await,
            Write::Trim(keep, now) => return self.stores.trim(*keep, *now, PLENTY).await,
            Write::Prune(until) => {
                self.stores.forget(Leftover::Tombstones, *until, PLENTY).await;
                return Vec::new();
            }
            Write::Patch(user, ids, patch, now) => {
                inbox.patch(self.users[*user], ids.clone(), *patch, *now).await
            }
            Write::Delete(user, ids, now) => {
                inbox.delete(self.users[*user], ids.clone(), *now).await
            }
            Write::ReadAll(user, now) => inbox.read_all(self.users[*user], *now).await,
            Write::SeenAll(user, now) => inbox.seen_all(self.users[*user], *now).await,
        };
        written.unwrap().event.into_iter().collect()
    }

    /// The notifications of these numbers, counted from the newest; one that never was, for a
    /// number too large.
    fn named(&self, items: &[usize]) -> Vec<NotificationId> {
        let newest_first = |nth: &usize| self.sent.iter().rev().nth(*nth).copied();
        let unknown = NotificationId::new(i64::MAX);
        items.iter().map(|nth| newest_first(nth).unwrap_or(unknown)).collect()
    }
}

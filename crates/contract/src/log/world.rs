use std::sync::atomic::{AtomicUsize, Ordering};

use herald_domain::{Content, Draft, NotificationId, Patch, Timestamp, UserKey};
use herald_ports::{Append, LiveEvent};

use super::ops::{Op, USERS};
use crate::Stores;
use crate::fixtures::{append, collapsing, draft, later, receipt_of};

/// The users of one sequence, and what they were sent so far.
pub(super) struct World {
    stores: Stores,
    names: Vec<String>,
    users: Vec<UserKey>,
    /// oldest first
    sent: Vec<NotificationId>,
    /// how many writes there were: each has a second of its own
    steps: u64,
}

/// A write with the numbers and the time that it has in one world; users stay numbered.
#[derive(Debug)]
pub(super) enum Write {
    Send(Vec<usize>, Append),
    Patch(usize, Vec<NotificationId>, Patch, Timestamp),
    Delete(usize, Vec<NotificationId>),
    ReadAll(usize, Timestamp),
    SeenAll(usize, Timestamp),
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
        Self { stores, names, users, sent: Vec::new(), steps: 0 }
    }

    /// The users, numbered.
    pub(super) fn users(&self) -> impl Iterator<Item = (usize, UserKey)> {
        self.users.iter().copied().enumerate()
    }

    /// What the next write is to be.
    pub(super) fn plan(&mut self, op: Op) -> Write {
        self.steps += 1;
        let now = later(self.steps);
        match op {
            Op::Send { to, kind, collapse } => {
                let names: Vec<_> = to.iter().map(|user| self.names[*user].as_str()).collect();
                let plain = draft(&names, &format!("number {}", self.steps));
                let content = Content { kind, ..plain.content };
                let plain = Draft { content, ..plain };
                let draft = match collapse {
                    Some(key) => collapsing(&format!("key {key}"), plain),
                    None => plain,
                };
                let append = Append { now, ..append([draft]) };
                Write::Send(to, append)
            }
            Op::Patch { user, items, patch } => Write::Patch(user, self.named(&items), patch, now),
            Op::Delete { user, items } => Write::Delete(user, self.named(&items)),
            Op::ReadAll { user } => Write::ReadAll(user, now),
            Op::SeenAll { user } => Write::SeenAll(user, now),
        }
    }

    /// Writes; answers what the devices are told.
    pub(super) async fn perform(&mut self, write: &Write) -> Vec<LiveEvent> {
        let inbox = &self.stores.inbox;
        let written = match write {
            Write::Send(_, append) => {
                let (outcomes, events) = self.stores.append(append.clone()).await;
                self.sent.push(receipt_of(&outcomes[0]).id);
                return events;
            }
            Write::Patch(user, ids, patch, now) => {
                inbox.patch(self.users[*user], ids.clone(), *patch, *now).await
            }
            Write::Delete(user, ids) => inbox.delete(self.users[*user], ids.clone()).await,
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

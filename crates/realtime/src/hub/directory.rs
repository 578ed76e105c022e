use std::collections::{BTreeSet, HashSet};
use std::ops::Bound;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use dashmap::DashMap;
use herald_domain::UserKey;
use herald_ports::{Online, OnlinePage, Part, Presence};

use super::MAX_SOCKETS_PER_USER;

/// Where one user's sockets are.
#[derive(Default)]
struct Place {
    /// a bit for each worker that holds one
    workers: u64,
    /// how many there are on this node
    here: u16,
    /// how many there are on others, as far as these have said so
    elsewhere: usize,
}

impl Place {
    fn sockets(&self) -> usize {
        usize::from(self.here) + self.elsewhere
    }
}

/// Everybody who is online, in order. Nobody is in both.
#[derive(Default)]
struct Everybody {
    here: BTreeSet<UserKey>,
    /// on other nodes, and not on this one
    elsewhere: BTreeSet<UserKey>,
}

impl Everybody {
    /// Somebody is on this node.
    fn enter(&mut self, user: UserKey) {
        self.here.insert(user);
        self.elsewhere.remove(&user);
    }

    /// Somebody is not on this node, and perhaps on another.
    fn leave(&mut self, user: UserKey, is_elsewhere: bool) {
        self.here.remove(&user);
        if is_elsewhere {
            self.elsewhere.insert(user);
        } else {
            self.elsewhere.remove(&user);
        }
    }

    /// Some users in the order of their keys, one more than asked for if there is more; and how many
    /// there are.
    fn users(&self, after: Option<UserKey>, limit: usize) -> (Vec<UserKey>, usize) {
        let after = after.map_or(Bound::Unbounded, Bound::Excluded);
        let some = |set: &BTreeSet<_>| {
            set.range((after, Bound::Unbounded)).take(limit + 1).copied().collect::<Vec<_>>()
        };
        let mut users = [some(&self.here), some(&self.elsewhere)].concat();
        users.sort_unstable();
        users.truncate(limit + 1);
        (users, self.here.len() + self.elsewhere.len())
    }
}

/// Which workers hold sockets of which user, and how many other nodes hold.
///
/// What an event looks up is spread over many locks. The order in which users are listed has one of
/// its own, taken only when a user's first device comes or the last one goes.
#[derive(Default)]
pub(super) struct Directory {
    places: DashMap<UserKey, Place, foldhash::fast::RandomState>,
    everybody: Mutex<Everybody>,
    sockets: AtomicUsize,
    sockets_elsewhere: AtomicUsize,
    /// of whom a socket came or went, if anybody wants to know
    changed: OnceLock<Mutex<HashSet<UserKey>>>,
}

impl Directory {
    /// Whether the user may open another socket.
    pub(super) fn has_room(&self, user: UserKey) -> bool {
        self.devices(user) < MAX_SOCKETS_PER_USER
    }

    /// Notes a socket of the user on that worker; `false` if the user has too many.
    pub(super) fn enter(&self, user: UserKey, worker: usize) -> bool {
        let mut place = self.places.entry(user).or_default();
        if place.sockets() >= MAX_SOCKETS_PER_USER {
            return false;
        }
        place.here += 1;
        place.workers |= 1 << worker;
        self.sockets.fetch_add(1, Ordering::Relaxed);
        if place.here == 1 {
            // while the place is held, so that nobody leaves between
            self.everybody().enter(user);
        }
        drop(place);
        self.note(user);
        true
    }

    /// Notes that a socket is gone, which may have been the worker's last of that user.
    pub(super) fn leave(&self, user: UserKey, worker: usize, last_of_worker: bool) {
        let Some(mut place) = self.places.get_mut(&user) else { return };
        place.here -= 1;
        if last_of_worker {
            place.workers &= !(1 << worker);
        }
        self.sockets.fetch_sub(1, Ordering::Relaxed);
        if place.here == 0 {
            self.everybody().leave(user, place.elsewhere > 0);
        }
        drop(place);
        self.forget(user);
        self.note(user);
    }

    /// Notes how many sockets of the user another node has, which had so many before.
    pub(super) fn elsewhere(&self, user: UserKey, before: usize, now: usize) {
        let mut place = self.places.entry(user).or_default();
        place.elsewhere = place.elsewhere + now - before;
        self.sockets_elsewhere.fetch_add(now, Ordering::Relaxed);
        self.sockets_elsewhere.fetch_sub(before, Ordering::Relaxed);
        if place.here == 0 {
            self.everybody().leave(user, place.elsewhere > 0);
        }
        drop(place);
        self.forget(user);
    }

    /// Of whom a socket has come or gone since this was last asked; nobody the first time.
    pub(super) fn changed(&self) -> HashSet<UserKey> {
        let changed = self.changed.get_or_init(Mutex::default);
        std::mem::take(&mut *changed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, user: UserKey) {
        if let Some(changed) = self.changed.get() {
            changed.lock().unwrap_or_else(PoisonError::into_inner).insert(user);
        }
    }

    /// Keeps nothing of a user who has no socket anywhere.
    fn forget(&self, user: UserKey) {
        self.places.remove_if(&user, |_, place| place.sockets() == 0);
    }

    /// A bit for each worker that holds a socket of the user.
    pub(super) fn workers_of(&self, user: UserKey) -> u64 {
        self.places.get(&user).map_or(0, |place| place.workers)
    }

    /// How many sockets there are on this node.
    pub(super) fn sockets(&self) -> usize {
        self.sockets.load(Ordering::Relaxed)
    }

    /// Those on this node whose keys are beyond the one and up to the other.
    pub(super) fn connected(&self, after: UserKey, through: UserKey) -> Vec<UserKey> {
        // a set insists on it, and a message from elsewhere may say anything
        if after > through {
            return Vec::new();
        }
        let range = (Bound::Excluded(after), Bound::Included(through));
        self.everybody().here.range(range).copied().collect()
    }

    /// How many sockets of the user there are on this node.
    pub(super) fn here(&self, user: UserKey) -> usize {
        self.places.get(&user).map_or(0, |place| usize::from(place.here))
    }

    /// At most so many of those on this node whose keys are beyond that one, in their order.
    pub(super) fn connected_after(&self, after: UserKey, limit: usize) -> Vec<UserKey> {
        let range = (Bound::Excluded(after), Bound::Unbounded);
        self.everybody().here.range(range).take(limit).copied().collect()
    }

    fn everybody(&self) -> MutexGuard<'_, Everybody> {
        self.everybody.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Presence for Directory {
    fn devices(&self, user: UserKey) -> usize {
        self.places.get(&user).map_or(0, |place| place.sockets())
    }

    fn online(&self, after: Option<UserKey>, limit: usize) -> OnlinePage {
        let (users, people) = self.everybody().users(after, limit);
        let Part { items, next } = Part::of(users, limit, |last| *last);
        let online = |user| Online { user, devices: self.devices(user) };
        // who has left meanwhile is not online
        let items = items.into_iter().map(online).filter(|online| online.devices > 0).collect();
        let devices = self.sockets() + self.sockets_elsewhere.load(Ordering::Relaxed);
        OnlinePage { part: Part { items, next }, people, devices }
    }
}

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use herald_domain::UserKey;
use herald_ports::{Online, OnlinePage, Part, Presence};

use super::MAX_SOCKETS_PER_USER;

/// Where one user's sockets are.
#[derive(Default)]
struct Place {
    /// a bit for each worker that holds one
    workers: u64,
    sockets: u16,
}

/// Which workers hold sockets of which user.
///
/// What an event looks up is spread over many locks. The order in which users are listed has one of
/// its own, taken only when a user's first device comes or the last one goes.
#[derive(Default)]
pub(super) struct Directory {
    places: DashMap<UserKey, Place, foldhash::fast::RandomState>,
    online: Mutex<BTreeSet<UserKey>>,
    sockets: AtomicUsize,
}

impl Directory {
    /// Whether the user may open another socket on this node.
    pub(super) fn has_room(&self, user: UserKey) -> bool {
        self.places.get(&user).is_none_or(|place| place.sockets < MAX_SOCKETS_PER_USER)
    }

    /// Notes a socket of the user on that worker; `false` if the user has too many.
    pub(super) fn enter(&self, user: UserKey, worker: usize) -> bool {
        let mut place = self.places.entry(user).or_default();
        if place.sockets >= MAX_SOCKETS_PER_USER {
            return false;
        }
        place.sockets += 1;
        place.workers |= 1 << worker;
        self.sockets.fetch_add(1, Ordering::Relaxed);
        if place.sockets == 1 {
            // while the place is held, so that nobody leaves between
            self.everybody().insert(user);
        }
        true
    }

    /// Notes that a socket is gone, which may have been the worker's last of that user.
    pub(super) fn leave(&self, user: UserKey, worker: usize, last_of_worker: bool) {
        let Entry::Occupied(mut entry) = self.places.entry(user) else { return };
        let place = entry.get_mut();
        place.sockets -= 1;
        if last_of_worker {
            place.workers &= !(1 << worker);
        }
        self.sockets.fetch_sub(1, Ordering::Relaxed);
        if place.sockets == 0 {
            self.everybody().remove(&user);
            entry.remove();
        }
    }

    /// A bit for each worker that holds a socket of the user.
    pub(super) fn workers_of(&self, user: UserKey) -> u64 {
        self.places.get(&user).map_or(0, |place| place.workers)
    }

    /// How many sockets there are.
    pub(super) fn sockets(&self) -> usize {
        self.sockets.load(Ordering::Relaxed)
    }

    /// Those whose keys are beyond the one and up to the other.
    pub(super) fn connected(&self, after: UserKey, through: UserKey) -> Vec<UserKey> {
        let range = (Bound::Excluded(after), Bound::Included(through));
        self.everybody().range(range).copied().collect()
    }

    fn everybody(&self) -> MutexGuard<'_, BTreeSet<UserKey>> {
        self.online.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Some users in the order of their keys, one more than asked for if there is more; and how many
    /// there are.
    fn users(&self, after: Option<UserKey>, limit: usize) -> (Vec<UserKey>, usize) {
        let after = after.map_or(Bound::Unbounded, Bound::Excluded);
        let everybody = self.everybody();
        let users = everybody.range((after, Bound::Unbounded)).take(limit + 1).copied().collect();
        (users, everybody.len())
    }
}

impl Presence for Directory {
    fn devices(&self, user: UserKey) -> usize {
        self.places.get(&user).map_or(0, |place| usize::from(place.sockets))
    }

    fn online(&self, after: Option<UserKey>, limit: usize) -> OnlinePage {
        let (users, people) = self.users(after, limit);
        let Part { items, next } = Part::of(users, limit, |last| *last);
        let online = |user| Online { user, devices: self.devices(user) };
        // who has left meanwhile is not online
        let items = items.into_iter().map(online).filter(|online| online.devices > 0).collect();
        OnlinePage { part: Part { items, next }, people, devices: self.sockets() }
    }
}

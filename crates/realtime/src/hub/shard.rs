use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use herald_domain::{Head, SessionId, UserKey};
use tokio::time::MissedTickBehavior;

use super::{Control, Hub, Live, Receivers};
use crate::figures::Figures;
use crate::{CloseCode, Tick};

/// One device's end of a shard.
pub trait Subscriber {
    /// An event of the subscriber's user.
    fn live(self: Rc<Self>, event: &'static str, head: Head, tail: &Bytes);
    /// Events were lost.
    fn lagged(self: Rc<Self>);
    /// Rights of the subscriber's user ended: of one login, or of all.
    fn revoked(self: Rc<Self>, login: Option<&SessionId>);
    /// The server stops.
    fn stop(self: Rc<Self>, code: CloseCode, retry_after_ms: u32);
    /// A second has passed.
    fn tick(self: Rc<Self>, now: Tick);
}

/// The sessions of one worker thread. Nothing in it is shared with another.
pub struct Shard {
    hub: Arc<Hub>,
    index: usize,
    /// every session, also those whose user is not known yet
    all: RefCell<HashMap<u64, Rc<dyn Subscriber>>>,
    users: RefCell<HashMap<UserKey, Vec<u64>>>,
    next_id: Cell<u64>,
    now: Cell<Tick>,
    stopping: Cell<Option<CloseCode>>,
    pub(crate) figures: Figures,
}

/// How many messages are passed on before others on the worker get their turn.
const TURN: usize = 256;

impl Shard {
    /// The next worker's shard, and the loop that brings events to it; `None` if every worker of
    /// the hub has one.
    pub fn start(hub: &Arc<Hub>) -> Option<(Rc<Self>, impl Future<Output = ()> + use<>)> {
        let (index, receivers) = hub.take_worker()?;
        let shard = Rc::new(Self {
            hub: hub.clone(),
            index,
            all: RefCell::default(),
            users: RefCell::default(),
            next_id: Cell::default(),
            now: Cell::default(),
            stopping: Cell::default(),
            figures: Figures::new(),
        });
        Some((shard.clone(), shard.run(receivers)))
    }

    /// The second that it is.
    pub fn now(&self) -> Tick {
        self.now.get()
    }

    /// Whether the user may open another socket or stream on this node, as far as one can tell
    /// before it is open.
    pub fn has_place(&self, user: UserKey) -> bool {
        self.hub.has_place(user)
    }

    /// Adds a session, whose user may not be known yet.
    pub fn join(self: &Rc<Self>, subscriber: Rc<dyn Subscriber>) -> Membership {
        let id = self.next_id.get();
        self.next_id.set(id + 1);
        if let Some(code) = self.stopping.get() {
            subscriber.clone().stop(code, retry_after(id));
        }
        self.all.borrow_mut().insert(id, subscriber);
        Membership { shard: self.clone(), id, user: Cell::new(None) }
    }

    async fn run(self: Rc<Self>, mut receivers: Receivers) {
        let mut second = tokio::time::interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                Some(live) = receivers.live.recv() => {
                    self.live(&live);
                    for _ in 1..TURN {
                        let Ok(live) = receivers.live.try_recv() else { break };
                        self.live(&live);
                    }
                    tokio::task::yield_now().await;
                }
                Some(control) = receivers.control.recv() => self.control(&control),
                _ = second.tick() => self.tick(),
                else => return,
            }
            if self.hub.workers[self.index].lagged.swap(false, Ordering::AcqRel) {
                tracing::warn!(worker = self.index, "live events dropped, reading from the store");
                self.each(|subscriber| subscriber.lagged());
            }
        }
    }

    fn live(&self, live: &Live) {
        for delivered in &live.to {
            self.each_of(delivered.user, |subscriber| {
                subscriber.live(live.event, delivered.head, &live.tail);
            });
        }
    }

    fn control(&self, control: &Control) {
        match control {
            Control::Revoked { user, session } => {
                self.each_of(*user, |subscriber| subscriber.revoked(session.as_ref()));
            }
            Control::Stop(code) => {
                self.stopping.set(Some(*code));
                for (id, subscriber) in self.snapshot() {
                    subscriber.stop(*code, retry_after(id));
                }
            }
        }
    }

    fn tick(&self) {
        let now = Tick(self.now.get().0.wrapping_add(1));
        self.now.set(now);
        self.figures.tick();
        self.each(|subscriber| subscriber.tick(now));
    }

    fn each(&self, call: impl Fn(Rc<dyn Subscriber>)) {
        for (_, subscriber) in self.snapshot() {
            call(subscriber);
        }
    }

    /// The sessions as they are now: a call to one may remove it.
    fn snapshot(&self) -> Vec<(u64, Rc<dyn Subscriber>)> {
        self.all.borrow().iter().map(|(id, subscriber)| (*id, subscriber.clone())).collect()
    }

    fn each_of(&self, user: UserKey, call: impl Fn(Rc<dyn Subscriber>)) {
        // a call may remove its session, so none of the maps stays borrowed during it
        let mut nth = 0;
        loop {
            let id = self.users.borrow().get(&user).and_then(|ids| ids.get(nth).copied());
            let Some(id) = id else { return };
            let subscriber = self.all.borrow().get(&id).cloned();
            if let Some(subscriber) = subscriber {
                call(subscriber);
            }
            let still_there =
                self.users.borrow().get(&user).and_then(|ids| ids.get(nth).copied()) == Some(id);
            if still_there {
                nth += 1;
            }
        }
    }
}

/// Spreads the return of clients over five seconds.
fn retry_after(id: u64) -> u32 {
    // a multiplicative hash: neighbours land far apart
    let spread = (id.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) % 4_500;
    500 + u32::try_from(spread).unwrap_or(0)
}

/// A session's place in a shard; dropping it leaves.
pub struct Membership {
    shard: Rc<Shard>,
    id: u64,
    user: Cell<Option<UserKey>>,
}

impl Membership {
    /// From now on brings the events of that user; `false` if the user has too many sockets.
    pub fn subscribe(&self, user: UserKey) -> bool {
        if !self.shard.hub.enter(user, self.shard.index) {
            return false;
        }
        self.user.set(Some(user));
        self.shard.users.borrow_mut().entry(user).or_default().push(self.id);
        true
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        // dropped outside the borrow, for it may be the last of it
        let _subscriber = self.shard.all.borrow_mut().remove(&self.id);
        let Some(user) = self.user.get() else { return };
        let mut users = self.shard.users.borrow_mut();
        let Some(ids) = users.get_mut(&user) else { return };
        ids.retain(|id| *id != self.id);
        let last = ids.is_empty();
        if last {
            users.remove(&user);
        }
        self.shard.hub.leave(user, self.shard.index, last);
    }
}

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use herald_domain::{Rev, SessionId, UserKey};
use herald_ports::Delivered;
use tokio::time::MissedTickBehavior;

use super::{ByUser, Control, Hub, Live, Receivers};
use crate::figures::Figures;
use crate::{Action, CloseCode, Message, Tick};

/// A message on its way to the devices of one user.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// whom it concerns, and where that inbox stands
    pub to: Delivered,
    /// what they are to hear of
    pub message: &'a Arc<Message>,
}

/// One device's end of a shard.
pub trait Subscriber {
    /// Events of the subscriber's user, in order of their revisions. `true` if it waits for one
    /// that should have come before; if it does not come, [`Subscriber::overdue`] follows.
    fn live(self: Rc<Self>, events: &[Event<'_>]) -> bool;
    /// What the subscriber waits for is late.
    fn overdue(self: Rc<Self>);
    /// Events were lost.
    fn lagged(self: Rc<Self>);
    /// The inbox of the subscriber's user stands at that revision, or beyond it. `true` if it waits for
    /// what leads there, as with [`Subscriber::live`].
    fn stands(self: Rc<Self>, rev: Rev) -> bool;
    /// Rights of the subscriber's user ended: of one login, or of all.
    fn revoked(self: Rc<Self>, login: Option<&SessionId>);
    /// The server stops.
    fn stop(self: Rc<Self>, code: CloseCode, retry_after_ms: u32);
    /// A second has passed.
    fn tick(self: Rc<Self>, now: Tick);
}

/// A session, and its number within the shard.
type Member = (u64, Rc<dyn Subscriber>);

/// The sessions of one worker thread. Nothing in it is shared with another.
pub struct Shard {
    hub: Arc<Hub>,
    index: usize,
    /// every session, also those whose user is not known yet
    all: RefCell<HashMap<u64, Rc<dyn Subscriber>>>,
    users: RefCell<ByUser<Vec<Member>>>,
    next_id: Cell<u64>,
    waiting: RefCell<Waiting>,
    now: Cell<Tick>,
    stopping: Cell<Option<CloseCode>>,
    pub(crate) figures: Figures,
    /// a list that is free, so that bringing an event to one session after the other allocates nothing
    pub(crate) spare: Cell<Vec<Action>>,
}

/// How many messages are passed on before others on the worker get their turn.
const TURN: usize = 256;

/// How late an event may be before it is read from the store: once to twice this.
const LATE: Duration = Duration::from_millis(50);

/// Who waits for an event that should have come before another.
#[derive(Debug, Default)]
struct Waiting {
    /// since before the last look
    older: Vec<u64>,
    newer: Vec<u64>,
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.older.is_empty() && self.newer.is_empty()
    }

    /// Who has waited long enough.
    fn next(&mut self) -> Vec<u64> {
        std::mem::replace(&mut self.older, std::mem::take(&mut self.newer))
    }
}

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
            waiting: RefCell::default(),
            now: Cell::default(),
            stopping: Cell::default(),
            figures: Figures::new(),
            spare: Cell::default(),
        });
        Some((shard.clone(), shard.run(receivers)))
    }

    /// The second that it is.
    pub fn now(&self) -> Tick {
        self.now.get()
    }

    /// Whether the user may open another socket or stream, as far as one can tell before it is open.
    pub fn has_place(&self, user: UserKey) -> bool {
        self.hub.directory.has_room(user)
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
        let mut late = tokio::time::interval(LATE);
        late.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut batch = Vec::new();
        loop {
            let is_anybody_waiting = !self.waiting.borrow().is_empty();
            tokio::select! {
                1.. = receivers.live.recv_many(&mut batch, TURN) => {
                    // sends that shared a commit publish at the same moment: what comes together
                    // leaves in one write
                    tokio::task::yield_now().await;
                    let more = std::iter::from_fn(|| receivers.live.try_recv().ok());
                    batch.extend(more.take(TURN));
                    self.live(&batch);
                    batch.clear();
                    if !is_anybody_waiting {
                        late.reset();
                    }
                }
                Some(control) = receivers.control.recv() => self.control(&control),
                _ = late.tick(), if is_anybody_waiting => self.overdue(),
                _ = second.tick() => self.tick(),
                else => return,
            }
            if self.hub.workers[self.index].lagged.swap(false, Ordering::AcqRel) {
                tracing::warn!(worker = self.index, "live events dropped, reading from the store");
                self.each(|subscriber| subscriber.lagged());
            }
        }
    }

    /// Brings each user's devices all that is for them at once, so that each is written to once.
    fn live(&self, batch: &[Live]) {
        let mut events: Vec<Event<'_>> = Vec::new();
        for live in batch {
            let event = |to: &Delivered| Event { to: *to, message: &live.message };
            events.extend(live.to.iter().map(event));
        }
        events.sort_by_key(|event| (event.to.user, event.to.head.rev));
        for events in events.chunk_by(|one, next| one.to.user == next.to.user) {
            self.each_of(events[0].to.user, |id, subscriber| {
                if subscriber.live(events) {
                    self.waiting.borrow_mut().newer.push(id);
                }
            });
        }
    }

    fn overdue(&self) {
        let overdue = self.waiting.borrow_mut().next();
        for id in overdue {
            let subscriber = self.all.borrow().get(&id).cloned();
            if let Some(subscriber) = subscriber {
                subscriber.overdue();
            }
        }
    }

    fn control(&self, control: &Control) {
        match control {
            Control::Revoked { user, session } => {
                self.each_of(*user, |_, subscriber| subscriber.revoked(session.as_ref()));
            }
            Control::Stand(inboxes) => {
                for Delivered { user, head } in inboxes.iter() {
                    self.each_of(*user, |id, subscriber| {
                        if subscriber.stands(head.rev) {
                            self.waiting.borrow_mut().newer.push(id);
                        }
                    });
                }
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
    fn snapshot(&self) -> Vec<Member> {
        self.all.borrow().iter().map(|(id, subscriber)| (*id, subscriber.clone())).collect()
    }

    fn each_of(&self, user: UserKey, call: impl Fn(u64, Rc<dyn Subscriber>)) {
        // a call may remove its session, so the map does not stay borrowed during it
        let at =
            |nth: usize| self.users.borrow().get(&user).and_then(|here| here.get(nth).cloned());
        let mut nth = 0;
        while let Some((id, subscriber)) = at(nth) {
            call(id, subscriber);
            if at(nth).is_some_and(|(still, _)| still == id) {
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
        if !self.shard.hub.directory.enter(user, self.shard.index) {
            return false;
        }
        self.user.set(Some(user));
        let subscriber = self.shard.all.borrow().get(&self.id).cloned();
        let mut users = self.shard.users.borrow_mut();
        users.entry(user).or_default().extend(subscriber.map(|subscriber| (self.id, subscriber)));
        true
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        // dropped outside the borrow, for it may be the last of it
        let _subscriber = self.shard.all.borrow_mut().remove(&self.id);
        let Some(user) = self.user.get() else { return };
        let mut users = self.shard.users.borrow_mut();
        let Some(here) = users.get_mut(&user) else { return };
        here.retain(|(id, _)| *id != self.id);
        let last = here.is_empty();
        if last {
            users.remove(&user);
        }
        self.shard.hub.directory.leave(user, self.shard.index, last);
    }
}

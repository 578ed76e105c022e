//! Brings events to the sessions they concern.
//!
//! Who publishes looks up, in a directory, which workers hold sockets of the user, and hands each of
//! them one message, written down once in each format that somebody there understands. From there on
//! no lock is shared: a worker's [`Shard`] is its own.

mod directory;
mod shard;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use herald_domain::{Head, SessionId, UserKey};
use herald_ports::{Connected, Delivered, LiveEvent, LiveSink, Online, OnlinePage, Presence};
use metrics::Counter;
use tokio::sync::{Notify, mpsc};

use crate::protocol::server;
use crate::{CloseCode, Message, figures};
use directory::Directory;

pub use shard::{Event, Membership, Shard, Subscriber};

/// The most sockets and streams of one user, on all nodes together.
pub const MAX_SOCKETS_PER_USER: usize = 10;

/// How many messages may wait for one worker. What is more is dropped, and read from the store.
const QUEUE: usize = 8_192;

/// What is found by user. The keys are numbers that the store gives out one after the other, so that
/// nobody can choose ones that collide.
type ByUser<T> = HashMap<UserKey, T, foldhash::fast::RandomState>;

/// A message on its way to the sessions of one worker.
#[derive(Debug)]
pub struct Live {
    /// what they are to hear of
    pub message: Arc<Message>,
    /// whom it concerns, and where their inboxes stand
    pub to: Vec<Delivered>,
}

/// What must never be lost, and is rare.
#[derive(Debug)]
pub(crate) enum Control {
    Revoked { user: UserKey, session: Option<SessionId> },
    Stand(Arc<[Delivered]>),
    Stop(CloseCode),
}

/// One worker, as the hub sees it.
struct Worker {
    live: mpsc::Sender<Live>,
    control: mpsc::UnboundedSender<Control>,
    /// something was dropped since the worker last looked
    lagged: AtomicBool,
    /// taken by the worker when it starts
    receivers: Mutex<Option<Receivers>>,
}

pub(crate) struct Receivers {
    live: mpsc::Receiver<Live>,
    control: mpsc::UnboundedReceiver<Control>,
}

/// Knows which worker holds sockets of which user.
pub struct Hub {
    workers: Box<[Worker]>,
    directory: Directory,
    dropped: Counter,
    /// something was lost before it came here
    lagged: Notify,
}

impl Hub {
    /// The most workers: one bit each.
    pub const MAX_WORKERS: usize = 64;

    /// A hub of so many workers, at most [`Hub::MAX_WORKERS`].
    pub fn new(workers: usize) -> Self {
        let worker = || {
            let (live, live_rx) = mpsc::channel(QUEUE);
            let (control, control_rx) = mpsc::unbounded_channel();
            let receivers = Receivers { live: live_rx, control: control_rx };
            Worker {
                live,
                control,
                lagged: AtomicBool::new(false),
                receivers: Mutex::new(Some(receivers)),
            }
        };
        let workers = (0..workers.clamp(1, Self::MAX_WORKERS)).map(|_| worker()).collect();
        Self {
            workers,
            directory: Directory::default(),
            dropped: figures::dropped(),
            lagged: Notify::new(),
        }
    }

    /// Ends every session with this code.
    pub fn stop(&self, code: CloseCode) {
        self.control(|| Control::Stop(code));
    }

    /// Waits until every session that was told to end has hung up.
    ///
    /// Who does not read is cut off, so that this takes some seconds at most once [`Hub::stop`] was
    /// called, unless devices keep coming.
    pub async fn emptied(&self) {
        while self.sockets() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// How many sockets and streams are open on this node.
    pub fn sockets(&self) -> usize {
        self.directory.sockets()
    }

    /// Tells devices where the inboxes of their users stand: those that are behind look into the store.
    pub fn stand(&self, inboxes: Vec<Delivered>) {
        let heads: Arc<[Delivered]> = inboxes.into();
        self.control(|| Control::Stand(heads.clone()));
    }

    /// Waits until something was lost before it came here.
    pub(crate) async fn has_lagged(&self) {
        self.lagged.notified().await;
    }

    /// Notes on how many devices the user is connected to another node, which had so many before.
    pub(crate) fn elsewhere(&self, user: UserKey, before: usize, now: usize) {
        self.directory.elsewhere(user, before, now);
    }

    /// Whose devices have come or gone since this was last asked; nobody the first time.
    pub(crate) fn changed(&self) -> HashSet<UserKey> {
        self.directory.changed()
    }

    /// On how many devices a user is connected to this node.
    pub(crate) fn here(&self, user: UserKey) -> Online {
        Online { user, devices: self.directory.here(user) }
    }

    /// At most so many of those who are connected to this node, in the order of their keys, beyond one.
    pub(crate) fn connected_after(&self, after: UserKey, limit: usize) -> Vec<UserKey> {
        self.directory.connected_after(after, limit)
    }

    /// Takes the next worker's receivers; `None` if all are taken.
    fn take_worker(&self) -> Option<(usize, Receivers)> {
        self.workers.iter().enumerate().find_map(|(index, worker)| {
            let mut receivers = worker.receivers.lock().unwrap_or_else(PoisonError::into_inner);
            receivers.take().map(|receivers| (index, receivers))
        })
    }

    fn control(&self, control: impl Fn() -> Control) {
        for worker in &self.workers {
            // a worker that is gone has no sockets left
            let _ = worker.control.send(control());
        }
    }

    fn one(&self, user: UserKey, head: Head, message: impl FnOnce() -> Message) {
        self.send(&[Delivered { user, head }], message);
    }

    /// Hands the message to every worker that holds a socket of a recipient. Makes none if nobody
    /// is there.
    fn send(&self, to: &[Delivered], message: impl FnOnce() -> Message) {
        let present: Vec<(u64, Delivered)> = to
            .iter()
            .map(|delivered| (self.directory.workers_of(delivered.user), *delivered))
            .filter(|(workers, _)| *workers != 0)
            .collect();
        let mut all = present.iter().fold(0, |all, (workers, _)| all | workers);
        if all == 0 {
            return;
        }
        let message = Arc::new(message());
        while all != 0 {
            let index = all.trailing_zeros() as usize;
            all &= all - 1;
            let here = present.iter().filter(|(workers, _)| workers & (1 << index) != 0);
            let to = here.map(|(_, delivered)| *delivered).collect();
            let worker = &self.workers[index];
            if worker.live.try_send(Live { message: message.clone(), to }).is_err() {
                worker.lagged.store(true, Ordering::Release);
                self.dropped.increment(1);
            }
        }
    }
}

impl Presence for Hub {
    fn devices(&self, user: UserKey) -> usize {
        self.directory.devices(user)
    }

    fn online(&self, after: Option<UserKey>, limit: usize) -> OnlinePage {
        self.directory.online(after, limit)
    }
}

impl Connected for Hub {
    fn connected(&self, after: UserKey, through: UserKey) -> Vec<UserKey> {
        self.directory.connected(after, through)
    }
}

impl LiveSink for Hub {
    fn deliver(&self, event: &LiveEvent) {
        match event {
            LiveEvent::Appended { notification, recipients } => {
                self.send(recipients, || Message::new_item(notification.clone()));
            }
            // whom else that concerns is found out by the follower
            LiveEvent::Reached { notification, told, .. } => {
                self.send(told, || Message::new_item(notification.clone()));
            }
            LiveEvent::Expanding { .. } | LiveEvent::Gossip { .. } => {}
            LiveEvent::Changed { user, head, items, deleted } => {
                let tail = || server::changed_tail(items, deleted);
                self.one(*user, *head, || Message::change("changed", tail()));
            }
            LiveEvent::AllRead { user, head, at } => {
                self.one(*user, *head, || Message::change("all_read", server::at_tail(*at)));
            }
            LiveEvent::AllSeen { user, head, at } => {
                self.one(*user, *head, || Message::change("all_seen", server::at_tail(*at)));
            }
            LiveEvent::Revoked { user, session } => {
                if self.directory.workers_of(*user) != 0 {
                    self.control(|| Control::Revoked { user: *user, session: session.clone() });
                }
            }
        }
    }

    /// Has the [`Sweep`](crate::Sweep) find out at once who is behind.
    fn lagged(&self) {
        self.lagged.notify_one();
    }
}

//! Who is connected to which node, as far as nodes tell each other by the bus.
//!
//! Each says once a second whose devices have come or gone, as numbers that stand for themselves: what
//! is repeated or overtaken does no harm. What was lost is made up for by a *round*, in which a node
//! goes through all who are connected to it: now and then, and when somebody asks who has not heard of
//! it before. Who says nothing for a while is gone, with all of them.

mod others;

use std::sync::Arc;
use std::time::Duration;

use herald_domain::UserKey;
use herald_ports::{Gossip, LiveBus, LiveEvent, LiveSink, Online};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::Hub;
use others::Others;

/// How often a node says what has changed, if only that it is there.
const TURN: Duration = Duration::from_secs(1);
/// How often a round begins.
const ROUND: Duration = Duration::from_secs(30);
/// How many users stand in one event: some 14 KB.
const TOGETHER: usize = 1_000;
/// How many events of a round a node publishes in a turn.
const EVENTS: usize = 10;
/// How many events may wait to be taken.
const QUEUE: usize = 1_024;

/// Tells the hub who is connected to other nodes, and these who is connected here.
pub struct Roster {
    node: Arc<str>,
    bus: Arc<dyn LiveBus>,
    heard: mpsc::Sender<(Arc<str>, Gossip)>,
}

impl Roster {
    /// A roster for the hub's devices, and the loop that does its work. The name is nobody else's.
    pub fn start(
        hub: &Arc<Hub>,
        bus: Arc<dyn LiveBus>,
        node: Arc<str>,
    ) -> (Self, impl Future<Output = ()> + use<>) {
        let (heard, waiting) = mpsc::channel(QUEUE);
        // from now on it is noted
        hub.changed();
        let work = Work {
            hub: hub.clone(),
            bus: bus.clone(),
            node: node.clone(),
            others: Others::of(hub),
            reached: None,
            next_round: Instant::now(),
        };
        (Self { node, bus, heard }, work.run(waiting))
    }

    /// Tells the others that nobody is connected here any more. To be called after the loop has ended.
    pub fn leave(&self) {
        self.bus.publish(LiveEvent::Gossip { node: self.node.clone(), gossip: Gossip::Stopped });
    }
}

impl LiveSink for Roster {
    fn deliver(&self, event: &LiveEvent) {
        let LiveEvent::Gossip { node, gossip } = event else { return };
        let is_about_devices = !matches!(gossip, Gossip::Used(_));
        if *node != self.node && is_about_devices {
            // what finds no room comes again with the next round
            let _ = self.heard.try_send((node.clone(), gossip.clone()));
        }
    }
}

struct Work {
    hub: Arc<Hub>,
    bus: Arc<dyn LiveBus>,
    node: Arc<str>,
    others: Others,
    /// the user that the round has come to, if there is one
    reached: Option<UserKey>,
    next_round: Instant,
}

impl Work {
    async fn run(mut self, mut heard: mpsc::Receiver<(Arc<str>, Gossip)>) {
        let mut turns = interval(TURN);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                Some((node, gossip)) = heard.recv() => self.hear(node, gossip).await,
                _ = turns.tick() => {
                    self.others.forget_silent().await;
                    self.say_what_changed();
                    self.go_round();
                }
            }
        }
    }

    async fn hear(&mut self, node: Arc<str>, gossip: Gossip) {
        match gossip {
            Gossip::Devices { all_of, users } => {
                if self.others.hear(&node, all_of, users) {
                    // a node may speak before it hears, and hear before it speaks: whoever comes to
                    // hear of the other last sees to it that both are told
                    self.publish(Gossip::Ask(node));
                    self.next_round = Instant::now();
                }
            }
            Gossip::Ask(of) if of == self.node => self.next_round = Instant::now(),
            Gossip::Ask(_) => {}
            Gossip::Stopped => self.others.forget(&node).await,
            Gossip::Used(_) => {}
        }
    }

    /// Also if nothing has: others hear that this node is there.
    fn say_what_changed(&self) {
        let changed: Vec<_> = self.hub.changed().into_iter().collect();
        let mut events = changed.chunks(TOGETHER);
        self.say(None, events.next().unwrap_or_default());
        events.for_each(|users| self.say(None, users));
    }

    /// Goes on with the round, or begins the next when it is time.
    fn go_round(&mut self) {
        if self.reached.is_none() && self.next_round <= Instant::now() {
            self.reached = Some(UserKey::default());
            self.next_round = Instant::now() + ROUND;
        }
        for _ in 0..EVENTS {
            let Some(after) = self.reached else { return };
            let users = self.hub.connected_after(after, TOGETHER);
            self.reached = users.get(TOGETHER - 1).copied();
            let through = self.reached.unwrap_or(UserKey::new(i64::MAX));
            self.say(Some((after, through)), &users);
        }
    }

    /// Says how it is with these users now.
    fn say(&self, all_of: Option<(UserKey, UserKey)>, users: &[UserKey]) {
        let users: Vec<Online> = users.iter().map(|user| self.hub.here(*user)).collect();
        self.publish(Gossip::Devices { all_of, users });
    }

    fn publish(&self, gossip: Gossip) {
        self.bus.publish(LiveEvent::Gossip { node: self.node.clone(), gossip });
    }
}

//! Nodes that tell each other who is connected to them, on one bus and in virtual time.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use herald_domain::{Rev, SessionId, UserKey};
use herald_memory::MemoryBus;
use herald_ports::{Connected, Gossip, LiveBus, LiveEvent, LiveSink, Online, Presence};
use herald_realtime::{
    CloseCode, Event, Hub, MAX_SOCKETS_PER_USER, Membership, Roster, Shard, Subscriber, Tick,
};
use tokio::task::{JoinHandle, LocalSet};
use tokio::time::sleep;

const ALICE: UserKey = UserKey::new(1);
const BOB: UserKey = UserKey::new(2);
const EVERYBODY: (UserKey, UserKey) = (UserKey::new(0), UserKey::new(i64::MAX));

/// What a node says is heard by then.
const SOON: Duration = Duration::from_millis(1_100);
/// By then a node that says nothing is forgotten.
const LATER: Duration = Duration::from_millis(7_100);

/// A device that does nothing but be there.
struct Device;

impl Subscriber for Device {
    fn live(self: Rc<Self>, _: &[Event<'_>]) -> bool {
        false
    }
    fn overdue(self: Rc<Self>) {}
    fn lagged(self: Rc<Self>) {}
    fn stands(self: Rc<Self>, _: Rev) -> bool {
        false
    }
    fn revoked(self: Rc<Self>, _: Option<&SessionId>) {}
    fn stop(self: Rc<Self>, _: CloseCode, _: u32) {}
    fn tick(self: Rc<Self>, _: Tick) {}
}

/// A node's end of the bus, which may be cut off in either direction.
#[derive(Clone)]
struct Line {
    bus: Arc<MemoryBus>,
    is_mute: Arc<AtomicBool>,
    is_deaf: Arc<AtomicBool>,
}

impl LiveBus for Line {
    fn publish(&self, event: LiveEvent) {
        if !self.is_mute.load(Ordering::Relaxed) {
            self.bus.publish(event);
        }
    }

    fn subscribe(&self, sink: Arc<dyn LiveSink>) {
        self.bus.subscribe(Arc::new(Heard { sink, is_deaf: self.is_deaf.clone() }));
    }
}

struct Heard {
    sink: Arc<dyn LiveSink>,
    is_deaf: Arc<AtomicBool>,
}

impl LiveSink for Heard {
    fn deliver(&self, event: &LiveEvent) {
        if !self.is_deaf.load(Ordering::Relaxed) {
            self.sink.deliver(event);
        }
    }
}

struct Node {
    hub: Arc<Hub>,
    shard: Rc<Shard>,
    line: Line,
    roster: Arc<Roster>,
    telling: JoinHandle<()>,
}

impl Node {
    fn on(bus: &Arc<MemoryBus>, name: &str) -> Self {
        let hub = Arc::new(Hub::new(1));
        let (shard, events) = Shard::start(&hub).unwrap();
        tokio::task::spawn_local(events);
        let line = Line { bus: bus.clone(), is_mute: Arc::default(), is_deaf: Arc::default() };
        let (roster, work) = Roster::start(&hub, Arc::new(line.clone()), name.into());
        let roster = Arc::new(roster);
        line.subscribe(roster.clone());
        let telling = tokio::task::spawn_local(work);
        Self { hub, shard, line, roster, telling }
    }

    fn connect(&self, user: UserKey) -> Membership {
        self.try_connect(user).unwrap()
    }

    /// Nothing, if the user has too many devices.
    fn try_connect(&self, user: UserKey) -> Option<Membership> {
        let membership = self.shard.join(Rc::new(Device));
        membership.subscribe(user).then_some(membership)
    }

    fn cut(&self, is_cut: bool) {
        self.line.is_mute.store(is_cut, Ordering::Relaxed);
        self.line.is_deaf.store(is_cut, Ordering::Relaxed);
    }

    /// Who is online, on how many devices each; and how many that are by the totals.
    fn online(&self) -> Vec<(UserKey, usize)> {
        let page = self.hub.online(None, usize::MAX - 1);
        let online: Vec<_> =
            page.part.items.iter().map(|online| (online.user, online.devices)).collect();
        assert_eq!(page.people, online.len());
        assert_eq!(page.devices, online.iter().map(|(_, devices)| devices).sum::<usize>());
        for (user, devices) in &online {
            assert_eq!(self.hub.devices(*user), *devices);
        }
        online
    }
}

/// Three nodes on one bus. Time passes only when everybody waits for it.
fn on_three_nodes<F: Future<Output = ()>>(test: impl FnOnce(Arc<MemoryBus>, [Node; 3]) -> F) {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_time().start_paused(true).build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let bus = Arc::new(MemoryBus::default());
        let nodes = ["a", "b", "c"].map(|name| Node::on(&bus, name));
        test(bus, nodes).await;
    });
}

#[test]
fn who_is_connected_anywhere_is_online_everywhere() {
    on_three_nodes(|_, nodes| async move {
        let phone = nodes[0].connect(ALICE);
        let laptop = nodes[1].connect(ALICE);
        let _bobs = nodes[2].connect(BOB);
        assert_eq!(nodes[0].online(), [(ALICE, 1)], "its own at once");
        sleep(SOON).await;
        for node in &nodes {
            assert_eq!(node.online(), [(ALICE, 2), (BOB, 1)]);
            assert_eq!(node.hub.sockets(), 1, "those of the node itself");
            assert_eq!(node.hub.connected(EVERYBODY.0, EVERYBODY.1).len(), 1);
            let page = node.hub.online(None, 1);
            assert_eq!((page.part.items[0].user, page.part.next), (ALICE, Some(ALICE)));
            let page = node.hub.online(page.part.next, 1);
            assert_eq!((page.part.items[0].user, page.part.next), (BOB, None));
        }
        drop(phone);
        sleep(SOON).await;
        for node in &nodes {
            assert_eq!(node.online(), [(ALICE, 1), (BOB, 1)]);
        }
        drop(laptop);
        sleep(SOON).await;
        for node in &nodes {
            assert_eq!(node.online(), [(BOB, 1)]);
        }
    });
}

#[test]
fn a_node_that_joins_soon_knows_of_everybody() {
    on_three_nodes(|bus, nodes| async move {
        sleep(Duration::from_secs(5)).await;
        let users = 1..=12_345;
        let _devices: Vec<_> = users.map(|key| nodes[0].connect(UserKey::new(key))).collect();
        sleep(SOON).await;
        let late = Node::on(&bus, "late");
        sleep(3 * SOON).await;
        for node in [&nodes[1], &late] {
            assert_eq!(node.online().len(), 12_345);
        }
    });
}

#[test]
fn a_node_that_says_nothing_is_forgotten_after_a_while() {
    on_three_nodes(|_, nodes| async move {
        let _phone = nodes[0].connect(ALICE);
        let _laptop = nodes[1].connect(ALICE);
        sleep(SOON).await;
        nodes[0].telling.abort();
        sleep(3 * SOON).await;
        assert_eq!(nodes[2].online(), [(ALICE, 2)], "it may be back");
        sleep(LATER).await;
        assert_eq!(nodes[2].online(), [(ALICE, 1)]);
        assert_eq!(nodes[1].online(), [(ALICE, 1)]);
    });
}

#[test]
fn a_node_that_stops_is_forgotten_at_once() {
    on_three_nodes(|_, nodes| async move {
        let _phone = nodes[0].connect(ALICE);
        sleep(SOON).await;
        nodes[0].telling.abort();
        nodes[0].roster.leave();
        sleep(Duration::from_millis(1)).await;
        assert_eq!(nodes[1].online(), []);
    });
}

#[test]
fn what_was_lost_is_made_up_for() {
    on_three_nodes(|_, nodes| async move {
        let phone = nodes[0].connect(ALICE);
        sleep(SOON).await;
        nodes[0].cut(true);
        drop(phone);
        let _bobs = nodes[0].connect(BOB);
        sleep(2 * SOON).await;
        nodes[0].cut(false);
        // within a round
        sleep(Duration::from_secs(31)).await;
        for node in &nodes {
            assert_eq!(node.online(), [(BOB, 1)]);
        }
    });
}

#[test]
fn who_is_cut_off_counts_alone_until_the_others_are_back() {
    on_three_nodes(|_, nodes| async move {
        let _devices = [&nodes[0], &nodes[1], &nodes[1]].map(|node| node.connect(ALICE));
        sleep(SOON).await;
        nodes[0].cut(true);
        sleep(LATER).await;
        assert_eq!(nodes[0].online(), [(ALICE, 1)]);
        assert_eq!(nodes[2].online(), [(ALICE, 2)]);
        nodes[0].cut(false);
        sleep(3 * SOON).await;
        for node in &nodes {
            assert_eq!(node.online(), [(ALICE, 3)]);
        }
    });
}

/// One after the other, as with a broker that has a connection for each.
#[test]
fn who_can_speak_and_hear_again_is_soon_up_to_date_and_so_are_the_others() {
    for speaks_first in [true, false] {
        on_three_nodes(|_, nodes| async move {
            let _devices = [&nodes[0], &nodes[1], &nodes[1]].map(|node| node.connect(ALICE));
            nodes[0].cut(true);
            sleep(LATER).await;
            let Line { is_mute, is_deaf, .. } = &nodes[0].line;
            let (first, second) =
                if speaks_first { (is_mute, is_deaf) } else { (is_deaf, is_mute) };
            first.store(false, Ordering::Relaxed);
            sleep(2 * SOON).await;
            second.store(false, Ordering::Relaxed);
            sleep(3 * SOON).await;
            for node in &nodes {
                assert_eq!(node.online(), [(ALICE, 3)], "speaks first: {speaks_first}");
            }
        });
    }
}

#[test]
fn a_user_has_so_many_devices_on_all_nodes_together() {
    on_three_nodes(|_, nodes| async move {
        let device = |nth: usize| nodes[nth % 2].connect(ALICE);
        let mut devices: Vec<_> = (0..MAX_SOCKETS_PER_USER).map(device).collect();
        sleep(SOON).await;
        assert!(!nodes[2].shard.has_place(ALICE));
        assert!(nodes.iter().all(|node| node.try_connect(ALICE).is_none()));
        assert!(nodes[2].try_connect(BOB).is_some());
        devices.pop();
        sleep(SOON).await;
        assert!(nodes[2].try_connect(ALICE).is_some(), "there is room again");
    });
}

#[test]
fn what_makes_no_sense_does_no_harm() {
    on_three_nodes(|bus, nodes| async move {
        let _phone = nodes[0].connect(ALICE);
        let users = vec![Online { user: ALICE, devices: usize::MAX }; 2];
        for all_of in [None, Some((BOB, ALICE)), Some((ALICE, ALICE)), Some(EVERYBODY)] {
            let gossip = Gossip::Devices { all_of, users: users.clone() };
            bus.publish(LiveEvent::Gossip { node: "stranger".into(), gossip });
        }
        sleep(SOON).await;
        assert_eq!(nodes[0].online(), [(ALICE, 1 + MAX_SOCKETS_PER_USER)]);
        sleep(LATER).await;
        assert_eq!(nodes[0].online(), [(ALICE, 1)]);
    });
}

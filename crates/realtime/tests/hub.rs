//! How events find the devices they concern, and what happens when they cannot.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use herald_contract::Stores;
use herald_contract::fixtures::{ManualClock, NOW, append, to_all};
use herald_domain::{
    Audience, Content, Head, Notification, NotificationId, Rev, SessionId, Timestamp, UserKey,
};
use herald_memory::{MemoryBus, MemoryStore};
use herald_ports::{Delivered, LiveBus, LiveEvent, LiveSink, Online, Presence};
use herald_realtime::{
    CloseCode, Event, Follower, FollowerPorts, Format, Hub, MAX_SOCKETS_PER_USER, Membership,
    Shard, Subscriber, Sweep, Tick,
};
use tokio::task::LocalSet;

const ALICE: UserKey = UserKey::new(1);
const BOB: UserKey = UserKey::new(2);

/// A device that writes down what it hears.
#[derive(Default)]
struct Ear {
    heard: RefCell<Vec<String>>,
    bodies: RefCell<Vec<Bytes>>,
    format: Format,
    /// whether it misses an earlier event
    waits: Cell<bool>,
}

impl Ear {
    fn note(&self, what: impl Into<String>) {
        self.heard.borrow_mut().push(what.into());
    }

    fn heard(&self) -> Vec<String> {
        self.heard.take()
    }
}

impl Subscriber for Ear {
    fn live(self: Rc<Self>, events: &[Event<'_>]) -> bool {
        for event in events {
            let frame = event.message.frame(self.format, event.to.head);
            self.bodies.borrow_mut().extend(frame.map(|frame| frame.tail));
            self.note(format!("{}@{}", event.message.kind(), event.to.head.rev));
        }
        self.waits.get()
    }
    fn overdue(self: Rc<Self>) {
        self.note("overdue");
    }
    fn lagged(self: Rc<Self>) {
        self.note("lagged");
    }
    fn stands(self: Rc<Self>, rev: Rev) -> bool {
        self.note(format!("stands at {rev}"));
        self.waits.get()
    }
    fn revoked(self: Rc<Self>, login: Option<&SessionId>) {
        self.note(format!("revoked {}", login.map_or("all", SessionId::as_str)));
    }
    fn stop(self: Rc<Self>, code: CloseCode, retry_after_ms: u32) {
        assert!((500..5_000).contains(&retry_after_ms), "{retry_after_ms}");
        self.note(format!("stop {}", code.number()));
    }
    fn tick(self: Rc<Self>, _: Tick) {}
}

fn to(users: &[UserKey], rev: i64) -> LiveEvent {
    let head = Head { rev: Rev::new(rev), unread: 1, unseen: 1 };
    LiveEvent::Appended {
        notification: Arc::new(Notification {
            id: NotificationId::new(rev),
            content: Content::of("hello".parse().unwrap()),
            sender: "bot".into(),
            created_at: Timestamp::from_micros(0),
        }),
        recipients: users.iter().map(|user| Delivered { user: *user, head }).collect(),
    }
}

/// A hub of one worker, and that worker's shard.
struct Node {
    hub: Arc<Hub>,
    shard: Rc<Shard>,
}

impl Node {
    fn listen(&self, user: UserKey) -> (Rc<Ear>, Membership) {
        self.listen_in(Format::Herald, user)
    }

    fn listen_in(&self, format: Format, user: UserKey) -> (Rc<Ear>, Membership) {
        let ear = Rc::new(Ear { format, ..Ear::default() });
        let membership = self.shard.join(ear.clone());
        assert!(membership.subscribe(user));
        (ear, membership)
    }
}

/// Lets the shard take all that waits for it.
async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

/// Runs a test on a worker. Time stands still, so that no second passes by chance.
fn on_a_worker<F: Future<Output = ()>>(test: impl FnOnce(Node) -> F) {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_time().start_paused(true).build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let hub = Arc::new(Hub::new(1));
        let (shard, events) = Shard::start(&hub).unwrap();
        tokio::task::spawn_local(events);
        test(Node { hub, shard }).await;
    });
}

#[test]
fn an_event_reaches_every_device_of_its_users_and_nobody_else() {
    on_a_worker(|node| async move {
        let (phone, _p) = node.listen(ALICE);
        let (laptop, _l) = node.listen(ALICE);
        let (other, _o) = node.listen(BOB);
        node.hub.deliver(&to(&[ALICE], 1));
        settle().await;
        assert_eq!(phone.heard(), ["notification@1"]);
        assert_eq!(laptop.heard(), ["notification@1"]);
        assert!(other.heard().is_empty());
    });
}

#[test]
fn what_waits_for_the_worker_comes_in_order() {
    on_a_worker(|node| async move {
        let (alice, _a) = node.listen(ALICE);
        let (bob, _b) = node.listen(BOB);
        for rev in [3, 1, 2] {
            node.hub.deliver(&to(&[ALICE, BOB], rev));
        }
        settle().await;
        for ear in [alice, bob] {
            assert_eq!(ear.heard(), ["notification@1", "notification@2", "notification@3"]);
        }
    });
}

#[test]
fn who_waits_in_vain_is_told_and_nobody_else() {
    on_a_worker(|node| async move {
        let (waiting, _w) = node.listen(ALICE);
        let (content, _c) = node.listen(BOB);
        let (gone, membership) = node.listen(BOB);
        waiting.waits.set(true);
        gone.waits.set(true);
        node.hub.deliver(&to(&[ALICE, BOB], 2));
        settle().await;
        drop(membership);
        assert_eq!(waiting.heard(), ["notification@2"], "not yet");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        assert_eq!(waiting.heard(), ["overdue"]);
        assert_eq!(content.heard(), ["notification@2"]);
        assert_eq!(gone.heard(), ["notification@2"]);
    });
}

#[test]
fn one_body_serves_all_recipients() {
    on_a_worker(|node| async move {
        let (alice, _a) = node.listen(ALICE);
        let (bob, _b) = node.listen(BOB);
        node.hub.deliver(&to(&[ALICE, BOB], 1));
        settle().await;
        let (first, second) = (alice.bodies.take().remove(0), bob.bodies.take().remove(0));
        assert_eq!(first.as_ptr(), second.as_ptr(), "the same bytes, not equal ones");
    });
}

#[test]
fn each_format_has_a_body_that_serves_all_who_understand_it() {
    on_a_worker(|node| async move {
        let devices = [Format::Herald, Format::NotificationSystem, Format::NotificationSystem]
            .map(|format| node.listen_in(format, ALICE));
        node.hub.deliver(&to(&[ALICE], 7));
        settle().await;
        let bodies = devices.map(|(ear, _)| ear.bodies.take().remove(0));
        assert_eq!(bodies[1], r#"{"id":7,"message":"hello","read":false}"#);
        assert_eq!(bodies[1].as_ptr(), bodies[2].as_ptr(), "the same bytes, not equal ones");
        assert_ne!(bodies[0], bodies[1]);
    });
}

#[test]
fn who_has_left_hears_nothing() {
    on_a_worker(|node| async move {
        let (gone, membership) = node.listen(ALICE);
        let (there, _m) = node.listen(ALICE);
        drop(membership);
        node.hub.deliver(&to(&[ALICE], 1));
        settle().await;
        assert!(gone.heard().is_empty());
        assert_eq!(there.heard(), ["notification@1"]);
        assert_eq!(Rc::strong_count(&gone), 1, "the shard holds on to it");
    });
}

#[test]
fn a_full_queue_is_told_as_a_loss() {
    on_a_worker(|node| async move {
        let (ear, _m) = node.listen(ALICE);
        for rev in 1..=20_000 {
            node.hub.deliver(&to(&[ALICE], rev));
        }
        settle().await;
        let heard = ear.heard();
        assert!(heard.len() < 20_000, "the queue is bounded");
        assert!(heard.contains(&"lagged".to_owned()));
        node.hub.deliver(&to(&[ALICE], 20_001));
        settle().await;
        assert_eq!(ear.heard(), ["notification@20001"], "and it goes on");
    });
}

#[test]
fn a_user_has_so_many_sockets_and_no_more() {
    on_a_worker(|node| async move {
        let mut devices: Vec<_> = (0..MAX_SOCKETS_PER_USER).map(|_| node.listen(ALICE)).collect();
        let late = node.shard.join(Rc::new(Ear::default()));
        assert!(!late.subscribe(ALICE));
        devices.pop();
        assert!(late.subscribe(ALICE), "there is room again");
        assert_eq!(node.hub.sockets(), MAX_SOCKETS_PER_USER);
    });
}

#[test]
fn revocations_and_the_end_reach_everybody_they_concern() {
    on_a_worker(|node| async move {
        let (alice, _a) = node.listen(ALICE);
        let (bob, _b) = node.listen(BOB);
        let session = Some(SessionId::new("login"));
        node.hub.deliver(&LiveEvent::Revoked { user: ALICE, session });
        node.hub.deliver(&LiveEvent::Revoked { user: ALICE, session: None });
        settle().await;
        assert_eq!(alice.heard(), ["revoked login", "revoked all"]);
        assert!(bob.heard().is_empty());
        node.hub.stop(CloseCode::Restarting);
        settle().await;
        assert_eq!(bob.heard(), ["stop 1012"]);
        let (late, _l) = {
            let ear = Rc::new(Ear::default());
            let membership = node.shard.join(ear.clone());
            (ear, membership)
        };
        assert_eq!(late.heard(), ["stop 1012"], "who comes now is sent away");
    });
}

#[test]
fn everybody_is_online_as_long_as_a_device_is() {
    on_a_worker(|node| async move {
        let users: Vec<_> = (1..=5).map(UserKey::new).collect();
        let first: Vec<_> = users.iter().rev().map(|user| node.listen(*user)).collect();
        let second = node.listen(ALICE);
        let stranger = node.shard.join(Rc::new(Ear::default()));
        assert_eq!((node.hub.devices(ALICE), node.hub.devices(BOB)), (2, 1));
        assert_eq!(node.hub.devices(UserKey::new(9)), 0);

        let page = node.hub.online(None, 2);
        let alice = Online { user: ALICE, devices: 2 };
        assert_eq!(page.part.items, [alice, Online { user: BOB, devices: 1 }]);
        assert_eq!((page.people, page.devices, page.part.next), (5, 6, Some(BOB)));
        let rest = node.hub.online(page.part.next, 3);
        assert_eq!(rest.part.items.len(), 3);
        assert_eq!(rest.part.next, None);

        drop((second, stranger));
        assert_eq!((node.hub.devices(ALICE), node.hub.online(None, 9).people), (1, 5));
        drop(first);
        let nobody = node.hub.online(None, 9);
        assert_eq!((nobody.part.items.len(), nobody.people, nobody.devices), (0, 0, 0));
    });
}

#[test]
fn a_sweep_tells_where_the_inboxes_stand() {
    on_a_worker(|node| async move {
        let stores = Stores::of(Arc::new(MemoryStore::default()), ());
        assert_eq!((stores.ensure("alice").await, stores.ensure("bob").await), (ALICE, BOB));
        let (alice, _a) = node.listen(ALICE);
        let (other, _o) = node.listen(UserKey::new(9));
        stores.tell("alice", "hello").await;
        stores.tell("bob", "hello").await;
        Sweep::new(node.hub.clone(), stores.inbox.clone()).run_once().await.unwrap();
        settle().await;
        assert_eq!(alice.heard(), ["stands at 1"]);
        assert!(other.heard().is_empty(), "nobody knows of an inbox");
    });
}

/// A follower of the node's devices over a store with Alice and Bob; its work; and a broadcast that is
/// about to begin.
async fn follower(node: &Node) -> (Follower, impl Future<Output = ()> + use<>, LiveEvent) {
    let stores = Stores::of(Arc::new(MemoryStore::default()), ());
    assert_eq!((stores.ensure("alice").await, stores.ensure("bob").await), (ALICE, BOB));
    let (_, mut events) = stores.append(append([to_all(Audience::EVERYONE, "hello")])).await;
    let bus: Arc<dyn LiveBus> = Arc::new(MemoryBus::default());
    bus.subscribe(node.hub.clone());
    let clock = Arc::new(ManualClock::default());
    let ports = FollowerPorts { fan_out: stores.fan_out.clone(), bus, clock };
    let (follower, work) = Follower::start(&node.hub, ports);
    (follower, work, events.remove(0))
}

#[test]
fn who_is_connected_hears_of_a_broadcast_when_it_begins() {
    on_a_worker(|node| async move {
        let (alice, _a) = node.listen(ALICE);
        let (follower, work, begins) = follower(&node).await;
        tokio::task::spawn_local(work);
        follower.deliver(&begins);
        settle().await;
        assert_eq!(alice.heard(), ["notification@1"]);
        follower.deliver(&begins);
        settle().await;
        assert!(alice.heard().is_empty(), "and of each but once");
    });
}

#[test]
fn a_step_tells_all_who_are_connected() {
    on_a_worker(|node| async move {
        let stores = Stores::of(Arc::new(MemoryStore::default()), ());
        assert_eq!((stores.ensure("alice").await, stores.ensure("bob").await), (ALICE, BOB));
        let (alice, _a) = node.listen(ALICE);
        stores.send(to_all(Audience::EVERYONE, "hello")).await;
        let step = stores.step(None, NOW).await.unwrap();
        let LiveEvent::Appended { notification, recipients } = &step.events[0] else {
            panic!("one event: {:?}", step.events)
        };
        // the worker did not know of Bob, who came meanwhile
        let (bob, _b) = node.listen(BOB);
        let reached = LiveEvent::Reached {
            notification: notification.clone(),
            after: UserKey::default(),
            through: BOB,
            told: vec![recipients[0]],
        };
        let bus: Arc<dyn LiveBus> = Arc::new(MemoryBus::default());
        bus.subscribe(node.hub.clone());
        let clock = Arc::new(ManualClock::default());
        let ports = FollowerPorts { fan_out: stores.fan_out.clone(), bus: bus.clone(), clock };
        let (follower, work) = Follower::start(&node.hub, ports);
        bus.subscribe(Arc::new(follower));
        tokio::task::spawn_local(work);
        bus.publish(reached);
        settle().await;
        assert_eq!(alice.heard(), ["notification@1"], "once");
        assert_eq!(bob.heard(), ["notification@1"]);
    });
}

#[test]
fn a_step_that_ends_before_it_begins_harms_nobody() {
    on_a_worker(|node| async move {
        let (alice, _a) = node.listen(ALICE);
        let (follower, work, begins) = follower(&node).await;
        tokio::task::spawn_local(work);
        let LiveEvent::Appended { notification, .. } = to(&[], 1) else { unreachable!() };
        let (after, through) = (BOB, ALICE);
        follower.deliver(&LiveEvent::Reached { notification, after, through, told: Vec::new() });
        follower.deliver(&begins);
        settle().await;
        assert_eq!(alice.heard(), ["notification@1"], "it goes on");
    });
}

#[test]
fn what_a_follower_cannot_keep_up_with_is_found_by_the_sweep() {
    on_a_worker(|node| async move {
        let stores = Stores::of(Arc::new(MemoryStore::default()), ());
        assert_eq!(stores.ensure("alice").await, ALICE);
        let (alice, _a) = node.listen(ALICE);
        let sweep = Sweep::new(node.hub.clone(), stores.inbox.clone());
        tokio::task::spawn_local(async move { sweep.run().await });
        settle().await;
        assert_eq!(alice.heard(), ["stands at 0"], "at its start");
        stores.tell("alice", "hello").await;

        let (follower, _work, begins) = follower(&node).await;
        for _ in 0..2_000 {
            follower.deliver(&begins);
        }
        tokio::time::sleep(Sweep::ROUND / 10).await;
        assert_eq!(alice.heard().first().map(String::as_str), Some("stands at 1"));
    });
}

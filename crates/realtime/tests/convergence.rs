//! Whatever is lost, repeated, overtaken or cut off, a device's copy ends equal to the inbox, and
//! what it hears never goes back.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use herald_application::{Access, Inbox};
use herald_contract::fixtures::{ManualClock, NOW, collapsing, draft, user_id};
use herald_contract::{Stores, fixtures};
use herald_domain::{NotificationId, Patch, Role, Timestamp, UserKey, UserPrincipal};
use herald_memory::{MemoryBus, MemoryStore};
use herald_ports::{Claims, LiveBus, LiveEvent, LiveSink, TokenError, TokenVerifier};
use herald_realtime::{Action, Driver, Event, Format, Hub, Job, Reply, Session, Subscriber, Tick};
use proptest::prelude::*;
use serde_json::{Value, json};

/// What may happen next.
#[derive(Debug, Clone)]
enum Step {
    Send,
    SendCollapsing,
    Patch(usize, Patch),
    Delete(usize),
    ReadAll,
    SeenAll,
    /// an event arrives, perhaps before an earlier one
    Deliver(usize),
    /// an event arrives, and will arrive again
    Repeat(usize),
    /// an event is lost
    Lose(usize),
    /// an event that others wait for is late
    Overdue,
    /// the store is asked what the session waits for
    Ask,
    /// what the store said arrives
    Answer,
    /// the connection breaks, and the device comes back
    Cut,
}

fn step() -> impl Strategy<Value = Step> {
    let nth = 0..4_usize;
    prop_oneof![
        6 => Just(Step::Send),
        2 => Just(Step::SendCollapsing),
        2 => nth.clone().prop_map(|n| Step::Patch(n, Patch::read(true))),
        1 => nth.clone().prop_map(|n| Step::Patch(n, Patch::read(false))),
        1 => nth.clone().prop_map(|n| Step::Patch(n, Patch::archived(true))),
        1 => nth.clone().prop_map(Step::Delete),
        1 => Just(Step::ReadAll),
        1 => Just(Step::SeenAll),
        8 => nth.clone().prop_map(Step::Deliver),
        1 => nth.clone().prop_map(Step::Repeat),
        1 => nth.prop_map(Step::Lose),
        2 => Just(Step::Overdue),
        8 => Just(Step::Ask),
        8 => Just(Step::Answer),
        1 => Just(Step::Cut),
    ]
}

/// No token is ever shown here.
struct NoTokens;

impl TokenVerifier for NoTokens {
    fn verify(&self, _: &str, _: Timestamp) -> Result<Claims, TokenError> {
        Err(TokenError::Invalid)
    }
}

/// Keeps events until a step lets them arrive.
#[derive(Default)]
struct Postbag(Mutex<VecDeque<LiveEvent>>);

impl LiveSink for Postbag {
    fn deliver(&self, event: &LiveEvent) {
        self.0.lock().unwrap().push_back(event.clone());
    }
}

/// What a device knows.
#[derive(Debug, Default, Clone, PartialEq)]
struct Copy {
    rev: i64,
    unread: i64,
    unseen: i64,
    items: BTreeMap<i64, Value>,
}

impl Copy {
    fn hear(&mut self, message: &Value) {
        let rev = message["rev"].as_i64().unwrap();
        assert!(rev > self.rev, "went from {} back to {message}", self.rev);
        match message["type"].as_str().unwrap() {
            "notification" => {
                let mut item = message["notification"].clone();
                item["rev"] = json!(rev);
                self.put(item);
            }
            "changed" => {
                message["items"].as_array().unwrap().iter().cloned().for_each(|i| self.put(i));
                for id in message["deleted"].as_array().unwrap() {
                    self.items.remove(&id.as_i64().unwrap());
                }
            }
            "all_read" => self.mark_all("read_at", rev, &message["at"]),
            "all_seen" => self.mark_all("seen_at", rev, &message["at"]),
            other => panic!("unknown message {other}"),
        }
        self.rev = rev;
        self.unread = message["unread"].as_i64().unwrap();
        self.unseen = message["unseen"].as_i64().unwrap();
    }

    fn put(&mut self, item: Value) {
        self.items.insert(item["id"].as_i64().unwrap(), item);
    }

    fn mark_all(&mut self, flag: &str, rev: i64, at: &Value) {
        for item in self.items.values_mut().filter(|item| item[flag].is_null()) {
            item[flag] = at.clone();
            if item["seen_at"].is_null() {
                item["seen_at"] = at.clone();
            }
            item["rev"] = json!(rev);
        }
    }
}

struct World {
    stores: Stores,
    inbox: Arc<Inbox>,
    bus: Arc<MemoryBus>,
    postbag: Arc<Postbag>,
    driver: Driver,
    user: UserPrincipal,
    sent: Vec<NotificationId>,
    session: Session,
    jobs: VecDeque<Job>,
    replies: VecDeque<Reply>,
    /// an event was lost: without a sweep nobody can know of it
    lost: bool,
    copy: Copy,
}

impl World {
    async fn new() -> Self {
        let store = Arc::new(MemoryStore::default());
        let stores = Stores::of(store.clone(), ());
        let bus = Arc::new(MemoryBus::default());
        let postbag = Arc::new(Postbag::default());
        bus.subscribe(postbag.clone());
        let clock = Arc::new(ManualClock::default());
        let access = Access::open(
            store.clone(),
            store.clone(),
            store.clone(),
            Arc::new(NoTokens),
            bus.clone(),
            clock.clone(),
        );
        let inbox = Arc::new(Inbox::new(store, bus.clone(), clock));
        let key = stores.ensure("alice").await;
        let user = principal(key);
        let mut world = Self {
            driver: Driver::new(Arc::new(access.await.unwrap()), inbox.clone()),
            session: Session::anonymous(Tick(0)),
            jobs: VecDeque::new(),
            replies: VecDeque::new(),
            lost: false,
            copy: Copy::default(),
            sent: Vec::new(),
            stores,
            inbox,
            bus,
            postbag,
            user,
        };
        world.connect();
        world
    }

    /// A device connects, and resumes where it was.
    fn connect(&mut self) {
        self.jobs.clear();
        self.replies.clear();
        let mut out = Vec::new();
        self.session = Session::of(&self.user, Format::Herald, None, Tick(0), &mut out);
        let epoch = self.driver.epoch().as_str().to_owned();
        let resume = json!({"type": "resume", "epoch": epoch, "rev": self.copy.rev});
        self.session.text(&resume.to_string(), Tick(0), &mut out);
        self.take(out);
    }

    async fn step(&mut self, step: Step) {
        let user = self.user.key;
        match step {
            Step::Send => self.send(draft(&["alice"], "hello")).await,
            Step::SendCollapsing => {
                self.send(collapsing("key", draft(&["alice"], "instead"))).await;
            }
            Step::Patch(nth, patch) => {
                if let Some(id) = self.named(nth) {
                    self.inbox.patch(user, vec![id], patch).await.unwrap();
                }
            }
            Step::Delete(nth) => {
                if let Some(id) = self.named(nth) {
                    self.inbox.delete(user, vec![id]).await.unwrap();
                }
            }
            Step::ReadAll => drop(self.inbox.read_all(user).await.unwrap()),
            Step::SeenAll => drop(self.inbox.seen_all(user).await.unwrap()),
            Step::Deliver(nth) => {
                let event = self.pick(nth, VecDeque::remove);
                self.deliver(event);
            }
            Step::Repeat(nth) => {
                let event = self.pick(nth, |bag, nth| bag.get(nth).cloned());
                self.deliver(event);
            }
            Step::Lose(nth) => self.lost |= self.pick(nth, VecDeque::remove).is_some(),
            Step::Overdue => {
                self.session.overdue();
                self.take(Vec::new());
            }
            Step::Ask => self.ask().await,
            Step::Answer => self.answer(),
            Step::Cut => self.connect(),
        }
    }

    async fn send(&mut self, draft: herald_domain::Draft) {
        let (outcomes, events) = self.stores.append(fixtures::append([draft])).await;
        self.sent.push(fixtures::receipt_of(&outcomes[0]).id);
        events.into_iter().for_each(|event| self.bus.publish(event));
    }

    fn named(&self, nth: usize) -> Option<NotificationId> {
        self.sent.iter().rev().nth(nth).copied()
    }

    fn pick<T>(
        &self,
        nth: usize,
        pick: impl FnOnce(&mut VecDeque<LiveEvent>, usize) -> Option<T>,
    ) -> Option<T> {
        let mut bag = self.postbag.0.lock().unwrap();
        let nth = nth.min(bag.len().saturating_sub(1));
        pick(&mut bag, nth)
    }

    /// Takes the way that events take: through a hub and a shard.
    fn deliver(&mut self, event: Option<LiveEvent>) {
        let Some(event) = event else { return };
        let mut out = Vec::new();
        for (to, message) in messages(self.user.key, &event) {
            self.session.live(&[Event { to, message: &message }], usize::MAX, &mut out);
        }
        self.take(out);
    }

    async fn ask(&mut self) {
        let Some(job) = self.jobs.pop_front() else { return };
        self.replies.push_back(self.driver.perform(job).await);
    }

    fn answer(&mut self) {
        let Some(reply) = self.replies.pop_front() else { return };
        let mut out = Vec::new();
        self.session.reply(reply, self.driver.epoch(), &mut out);
        self.take(out);
    }

    fn take(&mut self, out: Vec<Action>) {
        let mut out = VecDeque::from(out);
        loop {
            while let Some(action) = out.pop_front() {
                match action {
                    Action::Start(job) => self.jobs.push_back(job),
                    Action::Send(frame) if frame.event == "hello" => {}
                    Action::Send(frame) => {
                        self.copy.hear(&serde_json::from_str(&frame.text()).unwrap());
                    }
                    Action::Subscribe(_) | Action::Greet(_) => {}
                    other => panic!("unexpected {other:?}"),
                }
            }
            let mut more = Vec::new();
            self.session.drained(&mut more);
            if more.is_empty() {
                return;
            }
            out.extend(more);
        }
    }

    /// Everything that is on its way arrives; the sweep looks for what was lost.
    async fn settle(&mut self) {
        self.finish().await;
        while let Some(event) = self.pick(0, VecDeque::remove) {
            self.deliver(Some(event));
        }
        if self.lost {
            self.session.lagged();
            self.take(Vec::new());
        }
        self.finish().await;
    }

    async fn finish(&mut self) {
        while !self.jobs.is_empty() || !self.replies.is_empty() {
            self.ask().await;
            self.answer();
        }
    }

    async fn truth(&self) -> Copy {
        let page = self.stores.whole_inbox(self.user.key).await;
        let item = |item| serde_json::to_value(item).unwrap();
        Copy {
            rev: page.head.rev.get(),
            unread: page.head.unread,
            unseen: page.head.unseen,
            items: page.items.iter().map(|i| (i.id().get(), item(i))).collect(),
        }
    }
}

fn principal(key: UserKey) -> UserPrincipal {
    UserPrincipal {
        key,
        id: user_id("alice"),
        role: Role::user(),
        company: None,
        session: None,
        expires_at: NOW.plus(std::time::Duration::from_secs(900)),
    }
}

type Heard = (herald_ports::Delivered, Arc<herald_realtime::Message>);

/// What the hub makes of an event, heard by a subscriber of its own.
fn messages(user: UserKey, event: &LiveEvent) -> Vec<Heard> {
    use std::cell::RefCell;
    use std::rc::Rc;

    #[derive(Default)]
    struct Ear(RefCell<Vec<Heard>>);

    impl Subscriber for Ear {
        fn live(self: Rc<Self>, events: &[Event<'_>]) -> bool {
            let heard = |event: &Event<'_>| (event.to, event.message.clone());
            self.0.borrow_mut().extend(events.iter().map(heard));
            false
        }
        fn overdue(self: Rc<Self>) {}
        fn lagged(self: Rc<Self>) {}
        fn stands(self: Rc<Self>, _: herald_domain::Rev) -> bool {
            false
        }
        fn revoked(self: Rc<Self>, _: Option<&herald_domain::SessionId>) {}
        fn stop(self: Rc<Self>, _: herald_realtime::CloseCode, _: u32) {}
        fn tick(self: Rc<Self>, _: Tick) {}
    }

    // a thread of its own, for the caller is inside a runtime
    let hear = || async {
        let hub = Arc::new(Hub::new(1));
        let (shard, events) = herald_realtime::Shard::start(&hub).unwrap();
        let ear = Rc::new(Ear::default());
        let membership = shard.join(ear.clone());
        assert!(membership.subscribe(user));
        hub.deliver(event);
        let local = tokio::task::LocalSet::new();
        local.spawn_local(events);
        local
            .run_until(async {
                while ear.0.borrow().is_empty() {
                    tokio::task::yield_now().await;
                }
            })
            .await;
        ear.0.take()
    };
    std::thread::scope(|scope| {
        scope
            .spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
                runtime.unwrap().block_on(hear())
            })
            .join()
            .unwrap()
    })
}

proptest! {
    #[test]
    fn a_device_ends_with_what_the_store_holds(
        steps in prop::collection::vec(step(), 1..120)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let (copy, truth) = runtime.block_on(async {
            let mut world = World::new().await;
            for step in steps {
                world.step(step).await;
            }
            world.settle().await;
            (world.copy.clone(), world.truth().await)
        });
        prop_assert_eq!(copy, truth);
    }
}

//! Deliveries are decided, sent, tried again and ended by an engine.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use herald_application::{
    Composer, ComposerPorts, CurrentDefaults, Engine, EnginePorts, Limits, Provider,
    RequestContext, Templates, Unsubscriber,
};
use herald_contract::fixtures::{CountingIds, NOW};
use herald_domain::{
    Cadence, Channel, Defaults, DeliveryStatus, Preferences, Principal, RawAudience, RawDraft,
    RawPreferences, RetryPolicy, UserKey,
};
use herald_ports::{
    Clock, Delivery, DeliveryChannel, DeliveryError, DeliveryFilter, DeliveryStore, Outgoing,
    PreferenceStore, RenderError, Rendered, Renderer, Sources, Taken, UserChange, UserStore,
};
use serde_json::Value;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::support::World;

/// A provider that does as it is told, and remembers what it was given.
#[derive(Default)]
struct Post {
    given: Mutex<Vec<Outgoing>>,
    fails: Mutex<Option<DeliveryError>>,
    in_hand: AtomicUsize,
    most_in_hand: AtomicUsize,
}

impl Post {
    fn given(&self) -> Vec<Outgoing> {
        self.given.lock().unwrap().clone()
    }

    fn answer(&self, error: Option<DeliveryError>) {
        *self.fails.lock().unwrap() = error;
    }
}

#[async_trait]
impl DeliveryChannel for Post {
    fn channel(&self) -> Channel {
        Channel::Email
    }

    async fn deliver(&self, message: &Outgoing) -> Result<Taken, DeliveryError> {
        let in_hand = self.in_hand.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_in_hand.fetch_max(in_hand, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(10)).await;
        self.in_hand.fetch_sub(1, Ordering::SeqCst);
        self.given.lock().unwrap().push(message.clone());
        match self.fails.lock().unwrap().clone() {
            Some(error) => Err(error),
            None => Ok(Taken::default()),
        }
    }
}

/// Says what each notification says, one a line.
struct Plain;

impl Renderer for Plain {
    fn check(&self, _: Sources<'_>) -> Result<(), RenderError> {
        Ok(())
    }

    fn render(&self, _: Sources<'_>, variables: &Value) -> Result<Rendered, RenderError> {
        let all = variables["notifications"].as_array().unwrap();
        let lines: Vec<_> = all.iter().map(|one| one["message"].as_str().unwrap()).collect();
        Ok(Rendered { text: lines.join("\n"), ..Rendered::default() })
    }
}

fn plain(_: Channel) -> Sources<'static> {
    Sources { subject: None, text: "", html: None }
}

/// A world with somebody who sends, alice who has mail, and an engine that works.
struct Running {
    world: World,
    admin: Principal,
    alice: UserKey,
    post: Arc<Post>,
    engine: Arc<Engine>,
    plans: Arc<Notify>,
    working: JoinHandle<()>,
}

impl Running {
    async fn new() -> Self {
        let world = World::new().await;
        world.access.authenticate(&world.minted("root")).await.unwrap();
        let role = UserChange { role: Some("admin".parse().unwrap()), ..UserChange::default() };
        world.accounts.change(&"root".parse().unwrap(), role).await.unwrap();
        let admin = world.access.authenticate(&world.minted("root")).await.unwrap();
        let alice = world.store.ensure("alice".parse().unwrap(), NOW).await.unwrap().unwrap().key;
        let email = Some(Some("alice@example.com".parse().unwrap()));
        let mail = UserChange { email, ..UserChange::default() };
        world.accounts.change(&"alice".parse().unwrap(), mail).await.unwrap();

        let (store, clock) = (world.store.clone(), world.clock.clone());
        let random = Arc::new(CountingIds::default());
        let renderer = Arc::new(Plain);
        let unsubscriber = Unsubscriber::open(
            &*store,
            &*random,
            "https://herald.example/unsubscribe?token=".to_owned(),
            store.clone(),
            store.clone(),
            clock.clone(),
        );
        let composer = ComposerPorts {
            templates: Arc::new(Templates::new(store.clone(), renderer.clone(), clock.clone())),
            renderer,
            unsubscriber: Arc::new(unsubscriber.await.unwrap()),
        };
        let plans = Arc::<Notify>::default();
        let ports = EnginePorts {
            plans: plans.clone(),
            deliveries: store.clone(),
            composer: Arc::new(Composer::new(composer, plain, "https://herald.example")),
            defaults: Arc::new(CurrentDefaults::new(store.clone(), Defaults::default())),
            clock: clock.clone(),
            random,
        };
        let post = Arc::new(Post::default());
        let retry = RetryPolicy {
            attempts: 3,
            base: Duration::from_secs(10),
            cap: Duration::from_secs(600),
        };
        let limits = Limits { concurrency: 4, retry, ..Limits::default() };
        let provider = Provider { channel: post.clone(), limits, stand_in: None };
        let engine = Arc::new(Engine::new(ports, vec![provider]));
        let working = tokio::spawn({
            let engine = engine.clone();
            async move { engine.run().await }
        });
        Self { world, admin, alice, post, engine, plans, working }
    }

    async fn mail(&self, message: &str) {
        let draft = RawDraft {
            to: RawAudience::user("alice"),
            message: message.to_owned(),
            category: Some("ci".to_owned()),
            channels: Some(vec![Channel::InApp, Channel::Email]),
            ..RawDraft::default()
        };
        let context = RequestContext::default();
        self.world.notifier().send(&self.admin, draft, context).await.unwrap();
        self.plans.notify_one();
    }

    async fn deliveries(&self) -> Vec<Delivery> {
        let part = self.world.store.deliveries(DeliveryFilter::default(), None, 1_000);
        part.await.unwrap().items
    }

    /// Waits until all deliveries are so, and there are so many; time goes by as fast as it may.
    async fn until(&self, count: usize, status: DeliveryStatus) -> Vec<Delivery> {
        for _ in 0..10_000 {
            let all = self.deliveries().await;
            if all.len() == count && all.iter().all(|one| one.status == status) {
                return all;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("never {count} that are {status:?}, but {:?}", self.deliveries().await);
    }
}

fn later(detail: &str, seconds: Option<u64>) -> Option<DeliveryError> {
    let retry_after = seconds.map(Duration::from_secs);
    Some(DeliveryError::Transient { detail: detail.to_owned(), retry_after })
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_goes_out_and_is_recorded() {
    let running = Running::new().await;
    running.mail("main is green").await;
    let [delivery] = &running.until(1, DeliveryStatus::Sent).await[..] else { panic!("one") };
    assert_eq!(delivery.attempts.len(), 1);
    let [given] = &running.post.given()[..] else { panic!("once") };
    assert_eq!((given.text.as_str(), given.attempt), ("main is green", 1));
    let link = given.unsubscribe.as_deref().unwrap();
    assert!(link.starts_with("https://herald.example/unsubscribe?token="), "{link}");
    assert_eq!(running.engine.resting().iter().count(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_fails_for_now_is_tried_again_when_the_provider_wants() {
    let running = Running::new().await;
    running.post.answer(later("451 greylisted", Some(300)));
    running.mail("main is green").await;
    let [delivery] = &running.until(1, DeliveryStatus::Retrying).await[..] else { panic!("one") };
    assert_eq!(delivery.due_at, Some(NOW.plus(Duration::from_secs(300))));
    running.post.answer(None);
    running.world.clock.advance(Duration::from_secs(299));
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(running.post.given().len(), 1, "not before its time");
    running.world.clock.advance(Duration::from_secs(1));
    running.until(1, DeliveryStatus::Sent).await;
    assert_eq!(running.post.given().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_burns_no_attempts() {
    const MAILS: usize = 60;
    let running = Running::new().await;
    running.post.answer(later("no", None));
    for nth in 0..MAILS {
        running.mail(&format!("mail {nth}")).await;
    }
    while running.engine.resting().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // some time in which it is tried now and then
    tokio::time::sleep(Duration::from_secs(120)).await;
    let attempts = running.post.given().len();
    // ten open it, as many as are made at once were on their way, and a few were to find out
    assert!((10..30).contains(&attempts), "{attempts}");
    let dead = running.deliveries().await;
    assert!(dead.iter().all(|one| one.status != DeliveryStatus::Failed), "{dead:?}");
    running.post.answer(None);
    running.world.clock.advance(Duration::from_secs(3_600));
    running.until(MAILS, DeliveryStatus::Sent).await;
    assert!(running.engine.resting().is_empty());
    assert!(running.post.most_in_hand.load(Ordering::SeqCst) <= 4, "no more than it may");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_while_a_password_is_wrong() {
    let running = Running::new().await;
    running.post.answer(Some(DeliveryError::Misconfigured { detail: "535".to_owned() }));
    for nth in 0..5 {
        running.mail(&format!("mail {nth}")).await;
    }
    while running.engine.resting().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for _ in 0..20 {
        running.world.clock.advance(Duration::from_secs(60));
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    running.post.answer(None);
    running.world.clock.advance(Duration::from_secs(3_600));
    running.until(5, DeliveryStatus::Sent).await;
}

#[tokio::test(start_paused = true)]
async fn what_was_collected_is_one_message() {
    let running = Running::new().await;
    let digest = [("ci".to_owned(), Cadence::Hourly)].into();
    let wishes = Preferences::parse(RawPreferences { digest, ..RawPreferences::default() });
    running.world.store.set_preferences(running.alice, wishes.unwrap()).await.unwrap();
    for message in ["one", "two", "three"] {
        running.mail(message).await;
    }
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(running.post.given().is_empty());
    running.world.clock.advance(Duration::from_secs(3_600));
    let [digest] = &running.until(1, DeliveryStatus::Sent).await[..] else { panic!("one") };
    assert!(digest.is_digest);
    assert_eq!(digest.notifications.len(), 3);
    let [given] = &running.post.given()[..] else { panic!("once") };
    assert_eq!(given.text, "one\ntwo\nthree");
}

#[tokio::test(start_paused = true)]
async fn who_stops_ends_what_was_begun_and_leaves_the_rest() {
    const MAILS: usize = 40;
    let running = Running::new().await;
    for nth in 0..MAILS {
        running.mail(&format!("mail {nth}")).await;
    }
    while running.post.given().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let Running { engine, working, .. } = &running;
    engine
        .stop(async {
            while !working.is_finished() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
        .await;
    assert!(working.is_finished());
    let all = running.deliveries().await;
    let sent = all.iter().filter(|one| one.status == DeliveryStatus::Sent).count();
    assert_eq!(sent, running.post.given().len(), "all that was made is recorded");
    assert!(sent < MAILS);
    let now = running.world.clock.now();
    let free = |one: &Delivery| one.status == DeliveryStatus::Pending && one.due_at <= Some(now);
    assert_eq!(
        all.iter().filter(|one| free(one)).count(),
        MAILS - sent,
        "others may begin at once"
    );
}

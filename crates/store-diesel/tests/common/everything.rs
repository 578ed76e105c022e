//! Every statement that a store has.

use std::sync::Arc;
use std::time::Duration;

use herald_domain::{
    Address, Attempt, Audience, Cadence, Category, Channel, ChannelSet, Choices, Content, Defaults,
    DeliveryId, DeliveryStatus, ItemFilter, Keep, Leftover, Mute, NotificationId, Outcome, Patch,
    Preferences, Rev, Route, SessionId, Status, Topic, UserFilter, UserId, UserKey,
};
use herald_ports::{
    Append, Claimed, DeliveryFilter, DeliveryStore, EndpointStore, Entry, FanOutStore, Idempotency,
    InboxStore, NewEndpoint, NewSession, NewTopic, NewUser, NoDevices, NotificationStore,
    PasswordHash, Planning, Position, PreferenceStore, Reach, Record, RetentionStore,
    SandboxMessage, SandboxMode, SandboxStore, SessionStore, SettingStore, SuppressionStore,
    Template, TemplateStore, Then, Ticket, TopicChange, TopicStore, UserChange, UserStore,
};
use herald_store_diesel::DieselStore;

use super::sending::{NOW, append, hello};

/// Uses every method that asks more than one way, and every kind of answer.
pub(crate) async fn do_everything(store: &DieselStore) {
    let alice = users(store).await;
    sends(store).await;
    inbox(store, alice).await;
    topics(store, alice).await;
    preferences(store, alice).await;
    endpoints(store, alice).await;
    operations(store).await;
    fan_out(store, alice).await;
    deliveries(store, alice).await;
    retention(store).await;
}

async fn users(store: &DieselStore) -> UserKey {
    let bob = NewUser {
        username: "bob".parse().unwrap(),
        password: PasswordHash::new("x"),
        email: None,
        role: "user".parse().unwrap(),
        now: NOW,
    };
    let bob = UserStore::register(store, bob).await.unwrap().unwrap();
    store.by_key(bob.key).await.unwrap();
    store.login("bob".parse().unwrap()).await.unwrap();
    let change = UserChange {
        role: Some("admin".parse().unwrap()),
        company: Some(Some("acme".parse().unwrap())),
        disabled: Some(false),
        ..UserChange::default()
    };
    UserStore::change(store, bob.id.clone(), change, NOW).await.unwrap();
    UserStore::delete(store, bob.id, NOW).await.unwrap();
    managed(store).await;
    let alice = store.ensure("alice".parse().unwrap(), NOW).await.unwrap();
    alice.unwrap().key
}

/// Asks for users in every way, and deletes one.
async fn managed(store: &DieselStore) {
    let all = UserFilter::default;
    let filters = [
        all(),
        UserFilter { company: Some("acme".parse().unwrap()), ..all() },
        UserFilter { role: Some("user".parse().unwrap()), ..all() },
        UserFilter { disabled: Some(true), ..all() },
        UserFilter { disabled: Some(false), ..all() },
        UserFilter { search: Some("al".parse().unwrap()), ..all() },
        UserFilter {
            company: Some("acme".parse().unwrap()),
            role: Some("user".parse().unwrap()),
            search: Some("al".parse().unwrap()),
            ..all()
        },
    ];
    for filter in filters {
        for position in [Position::Cursor(None), Position::Offset(0)] {
            UserStore::list(store, filter.clone(), position, 10).await.unwrap();
        }
    }
    let carol: UserId = "carol".parse().unwrap();
    let user = store.admit(carol.clone(), NOW, NOW).await.unwrap().unwrap();
    store.by_ids(vec![carol.clone()]).await.unwrap();
    store.by_keys(vec![user.key]).await.unwrap();
    store.append(hello("carol")).await.unwrap();
    sessions(store, user.key).await;
    UserStore::delete(store, carol, NOW).await.unwrap();
    store.forget(Leftover::Estates, NOW, 10).await.unwrap();
}

async fn sessions(store: &DieselStore, user: UserKey) {
    let session = NewSession {
        id: SessionId::new("laptop"),
        user,
        refresh: [1; 32],
        refresh_expires_at: NOW.plus(std::time::Duration::from_secs(1)),
        now: NOW,
    };
    let ticket = Ticket { user, session: None, access_expires_at: NOW, expires_at: NOW };
    store.open(session).await.unwrap();
    for _ in 0..2 {
        store.rotate([1; 32], [2; 32], NOW, NOW).await.unwrap();
    }
    for since in [None, Some(0)] {
        store.revocations_since(since).await.unwrap();
    }
    store.issue_ticket([3; 32], ticket, NOW).await.unwrap();
    store.redeem_ticket([3; 32], NOW).await.unwrap();
}

async fn sends(store: &DieselStore) {
    let idempotency = Idempotency { key: [1; 16], fingerprint: [1; 16] };
    let replaced = Content {
        collapse_key: Some("build".parse().unwrap()),
        ..Content::of("running".parse().unwrap())
    };
    for _ in 0..2 {
        store.append(append("alice", replaced.clone())).await.unwrap();
    }
    let mut many = Append { idempotency: Some(idempotency), ..hello("alice") };
    if let Entry::Send(draft) = &mut many.entries[0] {
        draft.to = Audience::Users(vec!["alice".parse().unwrap(), "carol".parse().unwrap()]);
    }
    store.append(many).await.unwrap();
    store.replay(idempotency).await.unwrap();
    store.sent(NotificationId::new(1)).await.unwrap();
}

async fn inbox(store: &DieselStore, user: UserKey) {
    let filter = ItemFilter {
        status: Status::Unread,
        category: Some("ci".parse().unwrap()),
        ..ItemFilter::default()
    };
    for position in [Position::Cursor(None), Position::Offset(0)] {
        store.page(user, filter.clone(), position, 20).await.unwrap();
    }
    let ids = vec![NotificationId::new(2), NotificationId::new(3)];
    store.item(user, ids[0]).await.unwrap();
    store.patch(user, ids.clone(), Patch::seen(), NOW).await.unwrap();
    store.changes(user, Rev::default(), 20).await.unwrap().unwrap();
    store.seen_all(user, NOW).await.unwrap();
    store.read_all(user, NOW).await.unwrap();
    InboxStore::delete(store, user, ids, NOW).await.unwrap();
}

async fn topics(store: &dyn TopicStore, user: UserKey) {
    let news: Topic = "news".parse().unwrap();
    for _ in 0..2 {
        let new = NewTopic { name: news.clone(), description: None, open: true, now: NOW };
        store.create(user, new).await.unwrap();
    }
    store.change(user, news.clone(), TopicChange::default()).await.unwrap();
    for reach in [Reach::Own, Reach::All] {
        store.subscribe(user, reach, news.clone(), 10).await.unwrap();
        store.list(user, reach, None, 10).await.unwrap();
        store.subscribers(news.clone(), None, 10).await.unwrap();
        store.unsubscribe(user, reach, news.clone()).await.unwrap();
    }
    store.subscribe(user, Reach::Own, news.clone(), 10).await.unwrap();
    store.remove(news, NOW).await.unwrap();
}

async fn preferences(store: &dyn PreferenceStore, user: UserKey) {
    let ci: Category = "ci".parse().unwrap();
    let choices = Choices::from([(Channel::InApp, false)]);
    let preferences = Preferences {
        default: choices.clone(),
        categories: [(ci.clone(), choices)].into(),
        mutes: vec![Mute { category: ci, until: Some(NOW) }],
        ..Preferences::default()
    };
    for wanted in [preferences, Preferences::default()] {
        store.set_preferences(user, wanted).await.unwrap();
        store.preferences(user, NOW).await.unwrap();
    }
    store.set_defaults(Defaults::default()).await.unwrap();
    store.defaults().await.unwrap();
    store.profiles(vec!["alice".parse().unwrap()], NOW).await.unwrap();
}

async fn endpoints(store: &DieselStore, user: UserKey) {
    let bob = store.ensure("bob".parse().unwrap(), NOW).await.unwrap().unwrap().key;
    let address = Address::Push("token".parse().unwrap());
    for user in [user, user, bob] {
        let new =
            NewEndpoint { user, address: address.clone(), label: None, verified: true, now: NOW };
        EndpointStore::register(store, new, 1).await.unwrap();
    }
    let endpoint = store.endpoints(bob).await.unwrap().remove(0);
    store.verified(bob, endpoint.id, NOW).await.unwrap();
    store.remove_endpoint(bob, endpoint.id).await.unwrap();
    for contact in ["a@example.com", "b@example.com"] {
        let email = Some(Some(contact.parse().unwrap()));
        let change = UserChange { email, ..UserChange::default() };
        UserStore::change(store, "bob".parse().unwrap(), change, NOW).await.unwrap();
    }
}

/// What administrators do about channels.
async fn operations(store: &DieselStore) {
    let suppressed = store.suppress(Channel::Email, "a@b.c".into(), "why".into(), NOW).await;
    store.suppressions(None, 10).await.unwrap();
    store.lift(suppressed.unwrap().id).await.unwrap();
    let template = Template {
        id: 0,
        channel: Channel::Email,
        category: None,
        locale: None,
        subject: None,
        text: "text".into(),
        html: None,
        updated_at: NOW,
    };
    store.templates().await.unwrap();
    let template = store.put_template(template).await.unwrap();
    store.remove_template(template.id).await.unwrap();
    store.draw("key", "value".into()).await.unwrap();
    let message = SandboxMessage {
        id: 0,
        channel: Channel::Email,
        delivery: DeliveryId::new(1),
        attempt: 1,
        taken: false,
        body: "{}".into(),
        at: NOW,
    };
    store.set_sandbox_mode(Channel::Email, SandboxMode::Flap).await.unwrap();
    store.give(message.clone()).await.unwrap();
    for channel in [None, Some(Channel::Email)] {
        store.sandbox_messages(channel, None, 10).await.unwrap();
    }
    store.sandbox_modes().await.unwrap();
    store.clear_sandbox().await.unwrap();
    store.give(message).await.unwrap();
}

async fn fan_out(store: &DieselStore, user: UserKey) {
    let news: Topic = "fan-out".parse().unwrap();
    let new = NewTopic { name: news.clone(), description: None, open: true, now: NOW };
    TopicStore::create(store, user, new).await.unwrap();
    store.subscribe(user, Reach::Own, news.clone(), 10).await.unwrap();
    let (company, role) = (Some("acme".parse().unwrap()), Some("admin".parse().unwrap()));
    let audiences = [
        Audience::EVERYONE,
        Audience::Members { company: company.clone(), role: None },
        Audience::Members { company: None, role: role.clone() },
        Audience::Members { company: company.clone(), role: role.clone() },
        Audience::Subscribers(news.clone()),
        Audience::Users((0..101).map(|nth| format!("n{nth}").parse().unwrap()).collect()),
    ];
    let role = Some("guest".parse().unwrap());
    let change = UserChange { role, company: Some(company), ..UserChange::default() };
    for collapse_key in [None, Some("key".parse().unwrap())] {
        for audience in &audiences {
            for at in [NOW, NOW.plus(std::time::Duration::from_secs(1))] {
                let mut send = hello("alice");
                let Entry::Send(draft) = &mut send.entries[0] else { continue };
                draft.to = audience.clone();
                draft.content.category = Some("ci".parse().unwrap());
                draft.content.collapse_key = collapse_key.clone();
                draft.send_at = Some(at);
                store.append(send).await.unwrap();
            }
        }
        UserStore::change(store, "alice".parse().unwrap(), change.clone(), NOW).await.unwrap();
        store.unsubscribe(user, Reach::Own, news.clone()).await.unwrap();
        store.subscribe(user, Reach::Own, news.clone(), 10).await.unwrap();
        store.next_step().await.unwrap();
        store.cancel(NotificationId::new(9), "key:1".to_owned(), NOW).await.unwrap();
        store.reached(NotificationId::new(9), vec![user]).await.unwrap();
        let (mut last, later) = (None, NOW.plus(std::time::Duration::from_secs(2)));
        while let Some(step) = store.step(last, later, Arc::new(NoDevices)).await.unwrap() {
            last = Some(step.principal);
        }
    }
}

/// What is decided at once, held, and collected; by an address and by endpoints; and every end.
async fn deliveries(store: &DieselStore, user: UserKey) {
    let ci: Category = "ci".parse().unwrap();
    let (id, email) = ("alice".parse().unwrap(), Some(Some("a@example.com".parse().unwrap())));
    let change = UserChange { email, ..UserChange::default() };
    UserStore::change(store, id, change, NOW).await.unwrap();
    for name in ["phone", "tablet"] {
        let address = Address::Push(name.parse().unwrap());
        let new = NewEndpoint { user, address, label: None, verified: false, now: NOW };
        EndpointStore::register(store, new, 9).await.unwrap();
    }
    let channels = [Channel::InApp, Channel::Email, Channel::Sms, Channel::Push];
    let route = Route { channels: Some(ChannelSet::of(channels)), escalate_after: None };
    let send = async |route: Route, category: Option<&Category>, to: Audience| {
        let mut send = hello("alice");
        let Entry::Send(draft) = &mut send.entries[0] else { return };
        draft.content.category = category.cloned();
        (draft.route, draft.to) = (route, to);
        store.append(send).await.unwrap();
    };
    let alice = Audience::Users(vec!["alice".parse().unwrap()]);
    send(route, None, alice.clone()).await;
    send(Route { escalate_after: Some(60), ..route }, None, alice.clone()).await;
    let digest = [(ci.clone(), Cadence::Hourly)].into();
    store.set_preferences(user, Preferences { digest, ..Preferences::default() }).await.unwrap();
    for _ in 0..2 {
        send(route, Some(&ci), alice.clone()).await;
    }
    let company = Audience::Members { company: Some("acme".parse().unwrap()), role: None };
    let topic = Audience::Subscribers("fan-out".parse().unwrap());
    let many = Audience::Users((0..101).map(|nth| format!("n{nth}").parse().unwrap()).collect());
    for audience in [Audience::EVERYONE, company, topic, many] {
        send(Route::default(), None, audience.clone()).await;
        send(route, None, audience).await;
    }
    while store.step(None, NOW, Arc::new(NoDevices)).await.unwrap().is_some() {}
    for now in [NOW, NOW.plus(Duration::from_secs(3_600))] {
        store.next_plan().await.unwrap();
        let (defaults, addressless) = (Arc::default(), ChannelSet::NONE);
        let planning = Planning { defaults, addressless, now, limit: 100 };
        while store.plan(planning.clone()).await.unwrap().taken > 0 {}
    }
    let at = NOW.plus(Duration::from_secs(3_600));
    let thens = [Then::Sent, Then::Retry(at), Then::Release(at), Then::FailForGood("".to_owned())];
    for channel in [Channel::Push, Channel::Email] {
        store.next_delivery(channel).await.unwrap();
        // whoever takes them on first is lost
        for _ in 0..2 {
            store.claim(channel, 4, Duration::ZERO, at).await.unwrap();
        }
        let claimed = store.claim(channel, 4, Duration::ZERO, at).await.unwrap();
        let record = |(one, then): (&Claimed, &Then)| {
            let attempt = Attempt { at, outcome: Outcome::Transient, detail: None };
            Record { id: one.id, claim: one.claim, attempt: Some(attempt), then: then.clone() }
        };
        let records = claimed.iter().zip(&thens).map(record).collect();
        store.record(records, at).await.unwrap();
    }
    let all = DeliveryFilter::default;
    let notification = Some(NotificationId::new(1));
    for filter in [
        all(),
        DeliveryFilter { status: Some(DeliveryStatus::Failed), ..all() },
        DeliveryFilter { status: Some(DeliveryStatus::Sent), ..all() },
        DeliveryFilter { channel: Some(Channel::Email), ..all() },
        DeliveryFilter { user: Some(user), ..all() },
        DeliveryFilter { notification, ..all() },
    ] {
        store.deliveries(filter.clone(), None, 10).await.unwrap();
        store.redrive_all(filter, 1, at).await.unwrap();
    }
    store.delivery(DeliveryId::new(1)).await.unwrap();
    store.redrive(DeliveryId::new(1), at).await.unwrap();
    store.drop_dead(DeliveryId::new(1), "no".to_owned(), at).await.unwrap();
    store.backlog().await.unwrap();
    for id in 1..40 {
        store.trace(NotificationId::new(id), user).await.unwrap();
    }
    store.progress(user, (1..40).map(NotificationId::new).collect()).await.unwrap();
    // one who leaves all of it behind
    send(route, None, Audience::Users(vec!["eve".parse().unwrap()])).await;
    let (defaults, addressless) = (Arc::default(), ChannelSet::of([Channel::Email]));
    store.plan(Planning { defaults, addressless, now: NOW, limit: 100 }).await.unwrap();
    UserStore::delete(store, "eve".parse().unwrap(), NOW).await.unwrap();
    for _ in 0..9 {
        store.forget(Leftover::Estates, NOW, 1_000).await.unwrap();
    }
    store.forget(Leftover::Deliveries, at, 1_000).await.unwrap();
}

async fn retention(store: &DieselStore) {
    let brief = Content { expires_at: Some(NOW), ..Content::of("brief".parse().unwrap()) };
    store.append(append("alice", brief)).await.unwrap();
    store.next_expiry().await.unwrap();
    store.expire(NOW, 10).await.unwrap();
    for after in [None, Some(NOW)] {
        store.trim(UserKey::default(), Keep { items: 1, after }, NOW, 1).await.unwrap();
    }
    for leftover in Leftover::ALL {
        store.forget(leftover, NOW, 10).await.unwrap();
    }
}

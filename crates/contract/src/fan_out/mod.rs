//! [`FanOutStore`](herald_ports::FanOutStore): what is for many, or for later.

mod model;

use std::sync::Arc;

use herald_domain::{
    Audience, Category, Content, Draft, Leftover, Mute, Priority, Receipt, Rule, State, UserKey,
};
use herald_ports::{
    Accepted, Append, Cancelled, LiveEvent, NewTopic, Outcome, Reach, Subscribed, UserChange,
};

use crate::Stores;
use crate::fixtures::{
    NOW, These, append, at_once, collapsing, draft, expiring, ids, key, later, members, newest,
    not_sent, receipt_of, scheduled, subscribers, to_all, user_id,
};

/// More users than one step reaches.
const MANY: usize = 2_500;

/// What is for a group is accepted at once, and then put into the inboxes.
pub async fn a_group_is_reached_by_and_by(stores: &Stores) {
    let alice = stores.employ("alice", "acme", "user").await;
    let bob = stores.employ("bob", "other", "user").await;
    let receipt = stores.send(to_all(members(Some("acme"), None), "hello")).await;
    assert_eq!((receipt.state, receipt.recipients), (State::Expanding, 0));
    assert_eq!(stores.whole_inbox(alice).await.items, []);
    assert!(stores.fan_out.next_step().await.unwrap().is_some_and(|at| at <= NOW));
    let steps = stores.dispatch(NOW).await;
    assert_eq!(steps.iter().map(|step| step.reached).sum::<i64>(), 1);
    assert_eq!(ids(&stores.whole_inbox(alice).await.items), [receipt.id]);
    assert_eq!(stores.whole_inbox(bob).await.items, []);
    let now = sent(stores, &receipt).await;
    assert_eq!(now, (State::Delivered, 1, Some(1)));
    assert_eq!(stores.fan_out.next_step().await.unwrap(), None);
    stores.assert_counts_are_true(alice).await;
}

/// Each audience is made of those who belong to it, and of nobody else.
pub async fn every_audience_has_its_members(stores: &Stores) {
    let users = [
        ("alice", "acme", "user"),
        ("bob", "acme", "admin"),
        ("carol", "other", "user"),
        ("dave", "other", "admin"),
    ];
    let mut keys = Vec::new();
    for (user, company, role) in users {
        keys.push((user, stores.employ(user, company, role).await));
    }
    keys.push(("eve", stores.ensure("eve").await));
    topic(stores, "news", &[keys[1].1, keys[4].1]).await;
    let expected: [(Audience, &[&str]); 7] = [
        (members(Some("acme"), None), &["alice", "bob"]),
        (members(None, Some("admin")), &["bob", "dave"]),
        (members(Some("acme"), Some("admin")), &["bob"]),
        (members(Some("nobody"), None), &[]),
        (members(None, Some("user")), &["alice", "carol", "eve"]),
        (subscribers("news"), &["bob", "eve"]),
        (Audience::EVERYONE, &["alice", "bob", "carol", "dave", "eve"]),
    ];
    for (audience, expected) in expected {
        let receipt = stores.send(to_all(audience.clone(), "hello")).await;
        stores.dispatch(NOW).await;
        assert_eq!(holders(stores, &keys, &receipt).await, expected, "{audience:?}");
        let (state, recipients, total) = sent(stores, &receipt).await;
        assert_eq!((state, recipients), (State::Delivered, expected.len() as i64));
        assert_eq!(total, Some(recipients));
    }
}

/// Nobody can be told of a topic that does not exist.
pub async fn an_unknown_topic_is_refused(stores: &Stores) {
    let (outcomes, _) = stores.append(append([to_all(subscribers("news"), "hello")])).await;
    let violation = &not_sent(&outcomes[0]).violations[0];
    assert_eq!((violation.field.as_str(), violation.rule), ("to.topic", Rule::Unknown));
    assert!(stores.dispatch(NOW).await.is_empty());
}

/// More users than are told at once are told by and by; those who are not known are created.
pub async fn a_long_list_is_reached_by_and_by(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let mut named: Vec<_> = (0..Audience::MAX_AT_ONCE).map(|n| user_id(&format!("u{n}"))).collect();
    named.push(user_id("alice"));
    let long = to_all(Audience::Users(named.clone()), "hello");
    let refused = Append { create_recipients: false, ..append([long.clone()]) };
    let (outcomes, _) = stores.append(refused).await;
    assert_eq!(not_sent(&outcomes[0]).violations.len(), Audience::MAX_AT_ONCE);
    let receipt = stores.send(long).await;
    assert_eq!(receipt.state, State::Expanding);
    stores.dispatch(NOW).await;
    for id in named {
        let key = stores.users.by_id(id.clone()).await.unwrap().unwrap().key;
        assert_eq!(ids(&stores.whole_inbox(key).await.items), [receipt.id], "{id}");
    }
    assert_eq!(stores.head(alice).await.rev.get(), 1);
    assert_eq!(sent(stores, &receipt).await, (State::Delivered, 101, Some(101)));
}

/// Many users take several steps, and each gets it once, in its order.
pub async fn a_crowd_is_reached_step_by_step(stores: &Stores) {
    let crowd = stores.crowd(MANY).await;
    let receipt = stores.send(to_all(Audience::EVERYONE, "hello")).await;
    let first = stores.step(None, NOW).await.unwrap();
    assert!(!first.done && first.reached > 0, "{first:?}");
    let (state, recipients, total) = sent(stores, &receipt).await;
    assert_eq!((state, recipients), (State::Expanding, first.reached));
    assert_eq!(total, Some(MANY as i64));
    // somebody is told of something else meanwhile
    let last = *crowd.last().unwrap();
    let other = stores.tell(&format!("u{}", MANY - 1), "first").await;
    stores.dispatch(NOW).await;
    for user in &crowd {
        let head = stores.head(*user).await;
        let expected = if *user == last { 3 } else { 2 };
        assert_eq!((head.rev.get(), head.unread), (expected, expected), "{user}");
    }
    let newest = stores.whole_inbox(last).await.items;
    assert_eq!(ids(&newest)[..2], [receipt.id, other]);
    let all = MANY as i64;
    assert_eq!(sent(stores, &receipt).await, (State::Delivered, all, Some(all)));
}

/// Several workers at once come to the same as one.
pub async fn workers_share_the_steps(stores: &Stores) {
    let crowd = stores.crowd(MANY).await;
    let receipts = [
        stores.send(to_all(Audience::EVERYONE, "one")).await,
        stores.send(to_all(members(None, Some("user")), "two")).await,
    ];
    at_once(4, |_| {
        let stores = stores.clone();
        async move { stores.dispatch(NOW).await }
    })
    .await;
    for user in crowd {
        let head = stores.head(user).await;
        assert_eq!((head.rev.get(), head.unread), (3, 3), "{user}");
    }
    for receipt in receipts {
        let all = MANY as i64;
        assert_eq!(sent(stores, &receipt).await, (State::Delivered, all, Some(all)));
    }
}

/// Who comes later is not told of what was sent before.
pub async fn newcomers_are_not_told(stores: &Stores) {
    stores.ensure("alice").await;
    stores.send(to_all(Audience::EVERYONE, "hello")).await;
    let bob = stores.ensure("bob").await;
    stores.dispatch(NOW).await;
    assert_eq!(stores.whole_inbox(bob).await.items, []);
}

/// Who leaves a group before being reached is told nevertheless.
pub async fn leavers_are_told(stores: &Stores) {
    let alice = stores.employ("alice", "acme", "user").await;
    let bob = stores.employ("bob", "acme", "admin").await;
    topic(stores, "news", &[alice, bob]).await;
    let mut receipts = Vec::new();
    for audience in [members(Some("acme"), Some("user")), subscribers("news")] {
        receipts.push(stores.send(to_all(audience, "hello")).await);
    }
    let away = UserChange { role: Some("guest".parse().unwrap()), ..UserChange::default() };
    stores.users.change(user_id("alice"), away, NOW).await.unwrap();
    stores.topics.unsubscribe(alice, Reach::All, "news".parse().unwrap()).await.unwrap();
    // and what was sent to a topic outlives it
    stores.topics.remove("news".parse().unwrap(), NOW).await.unwrap();
    stores.forget(Leftover::Topics, NOW, 10).await;
    stores.dispatch(NOW).await;
    let told: Vec<_> = receipts.iter().map(|receipt| receipt.id).collect();
    let mut got = ids(&stores.whole_inbox(alice).await.items);
    got.sort_unstable();
    assert_eq!(got, told);
    assert_eq!(ids(&stores.whole_inbox(bob).await.items), [told[1]]);
    let after = stores.send(to_all(members(Some("acme"), Some("user")), "later")).await;
    stores.dispatch(NOW).await;
    assert_eq!(sent(stores, &after).await, (State::Delivered, 0, Some(0)));
    assert_eq!(stores.forget(Leftover::Topics, NOW, 10).await, 1);
}

/// Whoever mutes the category is left out, unless it is critical.
pub async fn mutes_hold_for_groups(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    let ci: Category = "ci".parse().unwrap();
    let mute = Mute { category: ci.clone(), until: Some(later(60)) };
    stores.mute(alice, vec![mute]).await;
    let about_ci = |priority| {
        let draft = to_all(Audience::EVERYONE, "hello");
        let category = Some(ci.clone());
        Draft { content: Content { category, priority, ..draft.content }, ..draft }
    };
    let muted = stores.send(about_ci(Priority::High)).await;
    let critical = stores.send(about_ci(Priority::Critical)).await;
    stores.dispatch(NOW).await;
    assert_eq!(ids(&stores.whole_inbox(alice).await.items), [critical.id]);
    // what is critical goes first
    assert_eq!(ids(&stores.whole_inbox(bob).await.items), [muted.id, critical.id]);
    assert_eq!(sent(stores, &muted).await, (State::Delivered, 1, Some(1)));
}

/// An unread item of the same collapse key is replaced in each inbox.
pub async fn a_group_s_items_are_replaced(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    stores.tell_instead("alice", "build", "running").await;
    let done = stores.send(collapsing("build", to_all(Audience::EVERYONE, "done"))).await;
    let steps = stores.dispatch(NOW).await;
    for user in [alice, bob] {
        assert_eq!(ids(&stores.whole_inbox(user).await.items), [done.id]);
        stores.assert_counts_are_true(user).await;
    }
    let events: Vec<_> = steps.iter().flat_map(|step| &step.events).collect();
    assert!(
        matches!(events[..], [LiveEvent::Changed { .. }, LiveEvent::Appended { .. }]),
        "{events:?}"
    );
}

/// What is for later waits for its time, and then is for who is there.
pub async fn what_is_scheduled_waits(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let to_alice = stores.send(scheduled(later(60), draft(&["alice", "bob"], "hello"))).await;
    let to_all = stores.send(scheduled(later(90), to_all(Audience::EVERYONE, "hello"))).await;
    assert_eq!((to_alice.state, to_alice.recipients), (State::Scheduled, 0));
    assert_eq!(stores.fan_out.next_step().await.unwrap(), Some(later(60)));
    let told = stores.notifications.sent(to_alice.id).await.unwrap().unwrap();
    assert_eq!(told.send_at, Some(later(60)));
    assert!(stores.dispatch(later(59)).await.is_empty());
    assert_eq!(sent(stores, &to_alice).await, (State::Scheduled, 0, None));
    stores.dispatch(later(60)).await;
    assert_eq!(ids(&stores.whole_inbox(alice).await.items), [to_alice.id]);
    assert_eq!(sent(stores, &to_alice).await, (State::Delivered, 2, Some(2)));
    let newcomer = stores.ensure("newcomer").await;
    stores.dispatch(later(100)).await;
    assert_eq!(ids(&stores.whole_inbox(newcomer).await.items), [to_all.id]);
    assert_eq!(sent(stores, &to_all).await, (State::Delivered, 3, Some(3)));
}

/// What is scheduled for a time that has passed is sent at once.
pub async fn a_time_that_has_passed_is_now(stores: &Stores) {
    let receipt = stores.send(scheduled(NOW, draft(&["alice"], "hello"))).await;
    assert_eq!((receipt.state, receipt.recipients), (State::Delivered, 1));
}

/// Its sender takes back what is scheduled, before its time, and nobody gets it.
pub async fn what_is_scheduled_is_cancelled(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let receipt = stores.send(scheduled(later(60), draft(&["alice"], "hello"))).await;
    let cancel = async |principal: &str, now| {
        stores.fan_out.cancel(receipt.id, principal.to_owned(), now).await.unwrap()
    };
    assert_eq!(cancel("key:2", NOW).await, Cancelled::Unknown);
    let cancelled = Receipt { state: State::Cancelled, ..receipt.clone() };
    assert_eq!(cancel("key:1", later(59)).await, Cancelled::Done(cancelled.clone()));
    assert_eq!(cancel("key:1", later(61)).await, Cancelled::Done(cancelled));
    assert!(stores.dispatch(later(60)).await.is_empty());
    assert_eq!(stores.whole_inbox(alice).await.items, []);
    assert_eq!(sent(stores, &receipt).await.0, State::Cancelled);
}

/// What was sent, or whose time has come, cannot be taken back.
pub async fn what_is_due_is_not_cancelled(stores: &Stores) {
    let at_once = stores.send(draft(&["alice"], "hello")).await;
    let due = stores.send(scheduled(later(60), draft(&["alice"], "hello"))).await;
    let group = stores.send(to_all(Audience::EVERYONE, "hello")).await;
    for (receipt, now) in [(at_once, NOW), (due, later(60)), (group, NOW)] {
        let cancelled = stores.fan_out.cancel(receipt.id, "key:1".to_owned(), now).await;
        assert_eq!(cancelled.unwrap(), Cancelled::TooLate);
    }
}

/// What has expired before its turn reaches nobody.
pub async fn what_has_expired_reaches_nobody(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let short = expiring(later(60), to_all(Audience::EVERYONE, "hello"));
    let receipt = stores.send(short).await;
    stores.dispatch(later(60)).await;
    assert_eq!(stores.whole_inbox(alice).await.items, []);
    assert_eq!(sent(stores, &receipt).await, (State::Delivered, 0, Some(0)));
}

/// Senders take turns, so that nobody waits for all that another has sent; what is critical goes before
/// all.
pub async fn senders_take_turns(stores: &Stores) {
    stores.crowd(MANY).await;
    let everyone = |message| to_all(Audience::EVERYONE, message);
    let by = |principal: &str, draft: Draft| Append {
        principal: principal.to_owned(),
        ..append([draft])
    };
    let send = async |append| receipt_of(&stores.append(append).await.0[0]).clone();
    let huge = send(by("a", everyone("huge"))).await;
    let second = send(by("a", everyone("second"))).await;
    let other = send(by("b", everyone("other"))).await;
    let mut turns = Vec::new();
    let mut last = None;
    for _ in 0..4 {
        let step = stores.step(last.as_deref(), NOW).await.unwrap();
        turns.push(step.notification);
        last = Some(step.principal);
    }
    assert_eq!(turns, [huge.id, other.id, second.id, other.id]);
    let urgent = everyone("urgent");
    let content = Content { priority: Priority::Critical, ..urgent.content };
    let urgent = send(by("a", Draft { content, ..urgent })).await;
    let mut until_done = Vec::new();
    loop {
        let step = stores.step(last.as_deref(), NOW).await.unwrap();
        until_done.push(step.notification);
        last = Some(step.principal);
        if step.done && step.notification == urgent.id {
            break;
        }
    }
    assert!(until_done.iter().all(|id| *id == urgent.id), "{until_done:?}");
    stores.dispatch(NOW).await;
    let all = MANY as i64;
    for receipt in [huge, second, other, urgent] {
        assert_eq!(sent(stores, &receipt).await, (State::Delivered, all, Some(all)));
    }
}

/// What waits is not forgotten, although no inbox holds it.
pub async fn what_waits_is_not_forgotten(stores: &Stores) {
    stores.ensure("alice").await;
    let waiting = stores.send(scheduled(later(60), draft(&["alice"], "hello"))).await;
    stores.forget(Leftover::Notifications, later(30), 10).await;
    stores.dispatch(later(60)).await;
    assert_eq!(sent(stores, &waiting).await, (State::Delivered, 1, Some(1)));
    stores.forget(Leftover::Notifications, later(90), 10).await;
    assert_eq!(sent(stores, &waiting).await, (State::Delivered, 1, Some(1)));
    stores.trim(newest(0), later(90), 10).await;
    stores.forget(Leftover::Notifications, later(90), 10).await;
    assert_eq!(stores.notifications.sent(waiting.id).await.unwrap(), None);
}

/// A repeated request is answered as at first, and nobody gets it twice.
pub async fn a_repeated_request_waits_once(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let request =
        || Append { idempotency: Some(key(1, 1)), ..append([to_all(Audience::EVERYONE, "hello")]) };
    let (first, _) = stores.append(request()).await;
    stores.dispatch(NOW).await;
    let Accepted::Replayed(again) = stores.notifications.append(request()).await.unwrap() else {
        panic!("not replayed")
    };
    assert_eq!(first, again);
    assert!(matches!(&again[0], Outcome::Sent(receipt) if receipt.state == State::Expanding));
    assert!(stores.dispatch(NOW).await.is_empty());
    assert_eq!(stores.whole_inbox(alice).await.items.len(), 1);
}

/// Where the inboxes stand is told of those in which it is the latest.
pub async fn who_was_reached_is_told(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    let receipt = stores.send(to_all(Audience::EVERYONE, "hello")).await;
    let reached = async || {
        let users = vec![alice, bob, UserKey::new(1_000)];
        stores.fan_out.reached(receipt.id, users).await.unwrap()
    };
    assert_eq!(reached().await, []);
    stores.dispatch(NOW).await;
    let told: Vec<_> = reached().await.iter().map(|one| (one.user, one.head)).collect();
    assert_eq!(told, [(alice, stores.head(alice).await), (bob, stores.head(bob).await)]);
    stores.tell("alice", "after").await;
    let told: Vec<_> = reached().await.iter().map(|one| one.user).collect();
    assert_eq!(told, [bob]);
}

/// A step says where the inboxes of those stand who are connected, and of no stranger.
pub async fn who_is_connected_is_told_with_the_step(stores: &Stores) {
    let alice = stores.employ("alice", "acme", "user").await;
    let bob = stores.employ("bob", "acme", "user").await;
    let stranger = stores.employ("stranger", "other", "user").await;
    let ci: Category = "ci".parse().unwrap();
    let mute = Mute { category: ci.clone(), until: None };
    stores.mute(bob, vec![mute]).await;
    let draft = to_all(members(Some("acme"), None), "hello");
    let content = Content { category: Some(ci), ..draft.content };
    let receipt = stores.send(Draft { content, ..draft }).await;
    let connected = Arc::new(These(vec![alice, bob, stranger]));
    let step = stores.step_before(None, NOW, connected).await.unwrap();
    assert_eq!((step.notification, step.reached), (receipt.id, 1));
    let [LiveEvent::Reached { told: heads, .. } | LiveEvent::Appended { recipients: heads, .. }] =
        &step.events[..]
    else {
        panic!("one event: {:?}", step.events)
    };
    let told: Vec<_> = heads.iter().map(|one| (one.user, one.head)).collect();
    assert_eq!(told, [(alice, stores.head(alice).await)]);
}

/// However many are connected, they are told in the order of their keys.
pub async fn who_is_connected_is_told_in_order(stores: &Stores) {
    let mut crowd = stores.crowd(MANY).await;
    crowd.sort_unstable();
    stores.send(to_all(Audience::EVERYONE, "hello")).await;
    let connected = Arc::new(These(crowd.clone()));
    let mut told = Vec::new();
    while let Some(step) = stores.step_before(None, NOW, connected.clone()).await {
        for event in &step.events {
            if let LiveEvent::Reached { told: heads, .. }
            | LiveEvent::Appended { recipients: heads, .. } = event
            {
                told.extend(heads.iter().map(|one| one.user));
            }
        }
    }
    assert_eq!(told, crowd);
}

/// Who is looking gets it before their turn, once, if it is for them.
pub async fn who_looks_is_told_first(stores: &Stores) {
    let crowd = stores.crowd(MANY).await;
    let (first, last) = (crowd[0], *crowd.last().unwrap());
    let stranger = stores.employ("stranger", "acme", "guest").await;
    for (nth, audience) in [Audience::EVERYONE, members(None, Some("user"))].into_iter().enumerate()
    {
        let receipt = stores.send(to_all(audience, "hello")).await;
        let looking = vec![last, stranger, UserKey::new(1_000_000)];
        let hasten = async || {
            let hastened = stores.fan_out.hasten(receipt.id, looking.clone(), NOW).await;
            hastened.unwrap()
        };
        let told = if nth == 0 { vec![last, stranger] } else { vec![last] };
        let [LiveEvent::Appended { recipients, .. }] = &hasten().await[..] else {
            panic!("one event")
        };
        let mut users: Vec<_> = recipients.iter().map(|one| one.user).collect();
        users.sort_unstable();
        assert_eq!(users, told);
        assert_eq!(recipients[0].head, stores.head(recipients[0].user).await);
        assert!(hasten().await.is_empty(), "twice is once");
        assert_eq!(sent(stores, &receipt).await.1, told.len() as i64);
        stores.dispatch(NOW).await;
        for user in [first, last] {
            let head = stores.head(user).await;
            let expected = nth as i64 + 2;
            assert_eq!((head.rev.get(), head.unread), (expected, expected));
        }
        let all = MANY as i64 + i64::from(nth == 0);
        assert_eq!(sent(stores, &receipt).await, (State::Delivered, all, Some(all)));
        assert!(hasten().await.is_empty(), "nothing waits any more");
    }
}

/// Users who are named have their turn at once, and need not be told before it.
pub async fn who_is_named_is_told_in_turn(stores: &Stores) {
    let crowd = stores.crowd(200).await;
    let named = Audience::Users((0..200).map(|nth| user_id(&format!("u{nth}"))).collect());
    let (outcomes, events) = stores.append(append([to_all(named, "hello")])).await;
    assert!(events.is_empty(), "{events:?}");
    let id = receipt_of(&outcomes[0]).id;
    assert!(stores.fan_out.hasten(id, crowd.clone(), NOW).await.unwrap().is_empty());
    stores.dispatch(NOW).await;
    assert_eq!(stores.head(crowd[0]).await.rev.get(), 2);
}

/// What is not for those who look, or not yet, is not told them early.
pub async fn who_looks_is_told_only_what_is_for_them(stores: &Stores) {
    let alice = stores.employ("alice", "acme", "user").await;
    let bob = stores.employ("bob", "other", "user").await;
    topic(stores, "news", &[bob]).await;
    let acme = stores.send(to_all(members(Some("acme"), None), "hello")).await;
    let both = stores.send(to_all(members(Some("acme"), Some("user")), "hello")).await;
    let news = stores.send(to_all(subscribers("news"), "hello")).await;
    let later = stores.send(scheduled(later(60), to_all(Audience::EVERYONE, "hello"))).await;
    for receipt in [&acme, &both, &news, &later] {
        stores.fan_out.hasten(receipt.id, vec![alice, bob], NOW).await.unwrap();
    }
    assert_eq!(ids(&stores.whole_inbox(alice).await.items), [both.id, acme.id]);
    assert_eq!(ids(&stores.whole_inbox(bob).await.items), [news.id]);
    stores.dispatch(NOW).await;
    assert_eq!(stores.head(alice).await.rev.get(), 2);
    assert_eq!(stores.head(bob).await.rev.get(), 1);
}

/// What any sequence of sends, moves and steps comes to is what a naive model says.
pub async fn everybody_gets_what_a_naive_model_says(stores: &Stores) {
    model::run(stores).await;
}

async fn sent(stores: &Stores, receipt: &Receipt) -> (State, i64, Option<i64>) {
    let sent = stores.notifications.sent(receipt.id).await.unwrap().unwrap();
    (sent.receipt.state, sent.receipt.recipients, sent.total)
}

/// Which of the users have it, once each.
async fn holders<'a>(
    stores: &Stores,
    users: &[(&'a str, UserKey)],
    receipt: &Receipt,
) -> Vec<&'a str> {
    let mut holders = Vec::new();
    for (name, key) in users {
        let items = ids(&stores.whole_inbox(*key).await.items);
        match items.iter().filter(|id| **id == receipt.id).count() {
            0 => {}
            1 => holders.push(*name),
            more => panic!("{name} has it {more} times"),
        }
    }
    holders
}

/// An open topic with these subscribers.
async fn topic(stores: &Stores, name: &str, subscribers: &[UserKey]) {
    let new = NewTopic { name: name.parse().unwrap(), description: None, open: true, now: NOW };
    stores.topics.create(UserKey::default(), new).await.unwrap();
    for user in subscribers {
        let topic = name.parse().unwrap();
        let subscribed = stores.topics.subscribe(*user, Reach::All, topic, 1_000).await.unwrap();
        assert_eq!(subscribed, Subscribed::Done);
    }
}

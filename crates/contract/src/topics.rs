//! [`TopicStore`](herald_ports::TopicStore): which topics there are, and who subscribes to them.

use herald_domain::{Leftover, Topic, UserId, UserKey};
use herald_ports::{NewTopic, Reach, Subscribed, TopicChange, TopicView};

use crate::Stores;
use crate::fixtures::{NOW, at_once, later, user_id};

/// More than any case subscribes to.
const MANY: usize = 1_000;

/// A name is given once; a topic has at first no subscribers.
pub async fn a_topic_is_created_once(stores: &Stores) {
    let admin = stores.ensure("admin").await;
    let releases = NewTopic {
        name: name("releases"),
        description: Some("new versions".parse().unwrap()),
        open: false,
        now: later(7),
    };
    let created = stores.topics.create(admin, releases.clone()).await.unwrap().unwrap();
    let expected = TopicView {
        name: name("releases"),
        description: Some("new versions".parse().unwrap()),
        open: false,
        created_at: later(7),
        subscribed: false,
        subscribers: Some(0),
    };
    assert_eq!(created, expected);
    assert_eq!(stores.topics.create(admin, releases).await.unwrap(), None);
    create(stores, "Releases", true).await;
    assert_eq!(list(stores, admin, Reach::All).await.len(), 2, "case distinguishes");
}

/// Of many who create a topic at once, one does.
pub async fn created_at_once_it_is_one_topic(stores: &Stores) {
    let created = at_once(16, |_| {
        let stores = stores.clone();
        async move { stores.topics.create(UserKey::new(1), new("releases", true)).await.unwrap() }
    })
    .await;
    assert_eq!(created.iter().flatten().count(), 1);
}

/// The cursor walks every topic once, in the order of their names.
pub async fn topics_are_listed_by_name(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    assert_eq!(list(stores, alice, Reach::All).await, []);
    for topic in ["news", "billing", "ci", "outages", "releases"] {
        create(stores, topic, topic != "ci").await;
    }
    for (reach, expected) in [
        (Reach::Own, vec!["billing", "news", "outages", "releases"]),
        (Reach::All, vec!["billing", "ci", "news", "outages", "releases"]),
    ] {
        for limit in 1..=6 {
            let (mut names, mut after) = (Vec::new(), None);
            loop {
                let part = stores.topics.list(alice, reach, after, limit).await.unwrap();
                assert!(part.items.len() <= limit);
                names.extend(part.items.into_iter().map(|topic| topic.name.to_string()));
                after = part.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(names, expected, "by {limit}");
        }
    }
}

/// A topic by invitation is there for its subscribers and for administrators; for all others it is as
/// if it did not exist.
pub async fn a_topic_by_invitation_is_there_for_its_subscribers(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    create(stores, "board", false).await;
    assert_eq!(subscribe(stores, alice, Reach::Own, "board").await, Subscribed::UnknownTopic);
    assert!(!unsubscribe(stores, alice, Reach::Own, "board").await);
    assert_eq!(list(stores, alice, Reach::Own).await, []);

    assert_eq!(subscribe(stores, alice, Reach::All, "board").await, Subscribed::Done);
    let seen = list(stores, alice, Reach::Own).await;
    assert_eq!((seen.len(), seen[0].open, seen[0].subscribed), (1, false, true));
    assert_eq!(subscribe(stores, alice, Reach::Own, "board").await, Subscribed::Done);
    assert_eq!(list(stores, bob, Reach::Own).await, []);

    assert!(unsubscribe(stores, alice, Reach::Own, "board").await);
    assert_eq!(list(stores, alice, Reach::Own).await, []);
    assert_eq!(subscribe(stores, alice, Reach::Own, "board").await, Subscribed::UnknownTopic);
}

/// Who subscribes twice subscribes once; who does not may unsubscribe all the same.
pub async fn subscribing_twice_is_subscribing_once(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    create(stores, "news", true).await;
    for _ in 0..2 {
        assert_eq!(subscribe(stores, alice, Reach::Own, "news").await, Subscribed::Done);
    }
    let seen = list(stores, alice, Reach::All).await;
    assert_eq!((seen[0].subscribed, seen[0].subscribers), (true, Some(1)));
    let seen = list(stores, bob, Reach::Own).await;
    assert_eq!((seen[0].subscribed, seen[0].subscribers), (false, None));
    for _ in 0..2 {
        assert!(unsubscribe(stores, alice, Reach::Own, "news").await);
    }
    let seen = list(stores, alice, Reach::All).await;
    assert_eq!((seen[0].subscribed, seen[0].subscribers), (false, Some(0)));
}

/// What does not exist is not found, by anybody.
pub async fn an_unknown_topic_is_not_found(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    for reach in [Reach::Own, Reach::All] {
        assert_eq!(subscribe(stores, alice, reach, "none").await, Subscribed::UnknownTopic);
        assert!(!unsubscribe(stores, alice, reach, "none").await);
    }
    let change = stores.topics.change(alice, name("none"), TopicChange::default()).await;
    assert_eq!(change.unwrap(), None);
    assert!(!stores.topics.remove(name("none"), NOW).await.unwrap());
    assert_eq!(stores.topics.subscribers(name("none"), None, 10).await.unwrap(), None);
    assert_eq!(list(stores, alice, Reach::All).await, []);
}

/// A user subscribes to so many topics; one that is deleted makes room.
pub async fn subscriptions_are_limited(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    for topic in ["a", "b", "c"] {
        create(stores, topic, true).await;
    }
    let subscribe =
        async |topic| stores.topics.subscribe(alice, Reach::Own, name(topic), 2).await.unwrap();
    assert_eq!(subscribe("a").await, Subscribed::Done);
    assert_eq!(subscribe("b").await, Subscribed::Done);
    assert_eq!(subscribe("c").await, Subscribed::TooMany);
    assert_eq!(subscribe("b").await, Subscribed::Done, "already");
    assert_eq!(subscribe("none").await, Subscribed::UnknownTopic);
    assert!(stores.topics.remove(name("a"), NOW).await.unwrap());
    assert_eq!(subscribe("c").await, Subscribed::Done);
}

/// The limit holds for subscriptions at once, too.
pub async fn subscriptions_at_once_keep_the_limit(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    for nth in 0..16 {
        create(stores, &format!("t{nth}"), true).await;
    }
    let done = at_once(16, |nth| {
        let (topics, topic) = (stores.topics.clone(), name(&format!("t{nth}")));
        async move { topics.subscribe(alice, Reach::Own, topic, 5).await.unwrap() }
    })
    .await;
    assert_eq!(done.iter().filter(|done| **done == Subscribed::Done).count(), 5);
    let seen = list(stores, alice, Reach::Own).await;
    assert_eq!(seen.iter().filter(|topic| topic.subscribed).count(), 5);
}

/// What a change does not name stays, and so do the subscribers of a topic that is closed.
pub async fn a_change_leaves_the_rest(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    create(stores, "news", true).await;
    subscribe(stores, alice, Reach::Own, "news").await;
    let change =
        async |change| stores.topics.change(alice, name("news"), change).await.unwrap().unwrap();
    let described = TopicChange { description: Some("what is new".parse().unwrap()), open: None };
    assert!(change(described).await.open);
    let closed = change(TopicChange { description: None, open: Some(false) }).await;
    assert_eq!(closed.description, Some("what is new".parse().unwrap()));
    assert_eq!((closed.open, closed.subscribed, closed.subscribers), (false, true, Some(1)));
    assert_eq!(list(stores, alice, Reach::All).await, [closed]);
    assert_eq!(list(stores, bob, Reach::Own).await, []);
    assert_eq!(subscribe(stores, bob, Reach::Own, "news").await, Subscribed::UnknownTopic);
}

/// With a topic its subscriptions end, at once; its name begins anew, whatever of the old one is
/// still to be forgotten.
pub async fn a_removed_topic_ends_its_subscriptions(stores: &Stores) {
    let mut users = Vec::new();
    for nth in 0..10 {
        users.push(stores.ensure(&format!("u{nth}")).await);
    }
    for topic in ["news", "other"] {
        create(stores, topic, true).await;
        for user in &users {
            subscribe(stores, *user, Reach::Own, topic).await;
        }
    }
    assert!(stores.topics.remove(name("news"), NOW).await.unwrap());
    assert!(!stores.topics.remove(name("news"), NOW).await.unwrap());
    let seen = list(stores, users[0], Reach::All).await;
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert_eq!(subscribe(stores, users[0], Reach::All, "news").await, Subscribed::UnknownTopic);

    create(stores, "news", true).await;
    assert_eq!(subscribers(stores, "news", None, MANY).await, []);
    subscribe(stores, users[3], Reach::Own, "news").await;
    stores.forget(Leftover::Topics, NOW, 3).await;
    assert_eq!(subscribers(stores, "news", None, MANY).await, [user_id("u3")]);
    assert_eq!(subscribers(stores, "other", None, MANY).await.len(), 10);
    let seen = list(stores, users[3], Reach::Own).await;
    assert!(seen.iter().all(|topic| topic.subscribed), "{seen:?}");
}

/// Subscribers are listed in the order of their keys, a part at a time.
pub async fn subscribers_are_listed_by_key(stores: &Stores) {
    create(stores, "news", false).await;
    let mut expected = Vec::new();
    let mut keys = Vec::new();
    for id in ["zoe", "alice", "mia", "bob", "eve"] {
        keys.push(stores.ensure(id).await);
        expected.push(user_id(id));
    }
    for key in keys.iter().rev() {
        subscribe(stores, *key, Reach::All, "news").await;
    }
    for limit in 1..=6 {
        let (mut ids, mut after) = (Vec::new(), None);
        loop {
            let part = stores.topics.subscribers(name("news"), after, limit).await;
            let part = part.unwrap().unwrap();
            assert!(part.items.len() <= limit);
            ids.extend(part.items.into_iter().map(|subscriber| subscriber.id));
            after = part.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(ids, expected, "by {limit}");
    }
    assert_eq!(subscribers(stores, "news", Some(keys[2]), 1).await, [user_id("bob")]);
}

fn name(topic: &str) -> Topic {
    topic.parse().unwrap()
}

fn new(topic: &str, open: bool) -> NewTopic {
    NewTopic { name: name(topic), description: None, open, now: NOW }
}

async fn create(stores: &Stores, topic: &str, open: bool) {
    let created = stores.topics.create(UserKey::new(1), new(topic, open)).await;
    assert!(created.unwrap().is_some(), "{topic}");
}

async fn list(stores: &Stores, user: UserKey, reach: Reach) -> Vec<TopicView> {
    let part = stores.topics.list(user, reach, None, MANY).await.unwrap();
    assert_eq!(part.next, None);
    part.items
}

async fn subscribe(stores: &Stores, user: UserKey, reach: Reach, topic: &str) -> Subscribed {
    stores.topics.subscribe(user, reach, name(topic), MANY).await.unwrap()
}

async fn unsubscribe(stores: &Stores, user: UserKey, reach: Reach, topic: &str) -> bool {
    stores.topics.unsubscribe(user, reach, name(topic)).await.unwrap()
}

async fn subscribers(
    stores: &Stores,
    topic: &str,
    after: Option<UserKey>,
    limit: usize,
) -> Vec<UserId> {
    let part = stores.topics.subscribers(name(topic), after, limit).await.unwrap();
    part.unwrap().items.into_iter().map(|subscriber| subscriber.id).collect()
}

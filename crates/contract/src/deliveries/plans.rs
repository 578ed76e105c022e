//! Of whom something is to be decided.

use std::sync::Arc;

use herald_domain::{
    Audience, Channel, Choices, Content, Defaults, Draft, Mute, NotificationId, Preferences,
    Priority, State, UserKey,
};
use herald_ports::{Append, NewTopic, Reach};

use crate::Stores;
use crate::fixtures::{
    NOW, ROUNDS, append, at_once, by, draft, key, later, mail, members, receipt_of, scheduled,
    subscribers, to_all, user_id,
};

/// Whoever has no address by which it may go out is no work for anybody.
pub async fn who_cannot_be_reached_is_not_planned(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.with_email("bob").await);
    let id = stores.send(draft(&["alice", "bob"], "hello")).await.id;
    assert_eq!(stores.deliveries.next_plan().await.unwrap(), None, "e-mail is off by default");
    for user in [alice, bob] {
        assert!(!stores.trace(id, user).await.is_planned);
    }
    assert_eq!(stores.plan(NOW).await, Default::default());
}

/// Whoever has an address of a channel that is open to it is planned, and is so until that is decided.
pub async fn who_may_be_reached_is_planned(stores: &Stores) {
    let (alice, bob) = (stores.with_email("alice").await, stores.ensure("bob").await);
    let defaults = Stores::by_default(&[(Channel::Email, true)]);
    let sent = Append { defaults: defaults.clone(), ..append([draft(&["alice", "bob"], "hello")]) };
    let (outcomes, _) = stores.append(sent).await;
    let id = receipt_of(&outcomes[0]).id;
    assert!(stores.deliveries.next_plan().await.unwrap().is_some_and(|at| at <= NOW));
    assert_planned(stores, id, &[(alice, true), (bob, false)]).await;
    assert_eq!(stores.trace(id, alice).await.lines, None, "nothing is decided yet");
    stores.plan(NOW).await;
    assert_planned(stores, id, &[(alice, false)]).await;
    assert!(stores.trace(id, alice).await.lines.is_some());
    assert_eq!(stores.deliveries.next_plan().await.unwrap(), None);
}

/// Whoever asked for a channel is planned, though it is not open to everybody.
pub async fn who_asked_for_it_is_planned(stores: &Stores) {
    let (alice, bob) = (stores.with_email("alice").await, stores.with_phone("bob").await);
    for user in [alice, bob] {
        let default = Choices::from([(Channel::Email, true)]);
        stores.prefer(user, Preferences { default, ..Preferences::default() }).await;
    }
    let id = stores.send(draft(&["alice", "bob"], "hello")).await.id;
    assert_planned(stores, id, &[(alice, true), (bob, false)]).await;
    let id = stores.send(by(&[Channel::InApp], draft(&["alice"], "hello"))).await.id;
    assert_planned(stores, id, &[(alice, false)]).await;
}

/// Whoever is named is planned if the sender asked for an external channel: there is something to say,
/// even if it is that there was no way.
pub async fn who_is_named_is_planned_when_a_channel_is(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let id = stores.send(mail("alice", "hello")).await.id;
    assert_planned(stores, id, &[(alice, true)]).await;
    let named: Vec<_> = (0..Audience::MAX_AT_ONCE).map(|n| user_id(&format!("u{n}"))).collect();
    let many = [named, vec![user_id("alice")]].concat();
    let id = stores.send(by(&[Channel::Email], to_all(Audience::Users(many), "many"))).await.id;
    let group = by(&[Channel::Email], to_all(Audience::EVERYONE, "all"));
    let group = stores.send(group).await.id;
    assert_planned(stores, id, &[(alice, false)]).await;
    stores.dispatch(NOW).await;
    let key = stores.users.by_id(user_id("u7")).await.unwrap().unwrap().key;
    assert_planned(stores, id, &[(alice, true), (key, true)]).await;
    assert_planned(stores, group, &[(alice, false), (key, false)]).await;
}

/// What is critical is open by every channel.
pub async fn critical_is_planned_for_whoever_has_an_address(stores: &Stores) {
    let alice = stores.with_phone("alice").await;
    let urgent = draft(&["alice"], "fire");
    let content = Content { priority: Priority::Critical, ..urgent.content };
    let id = stores.send(Draft { content, ..urgent }).await.id;
    assert_planned(stores, id, &[(alice, true)]).await;
}

/// Of every group, those are planned who may be reached: also those who mute it, who were told early, and
/// who left it meanwhile.
pub async fn groups_are_planned_with_their_steps(stores: &Stores) {
    let mut keys = Vec::new();
    for id in ["alice", "bob", "carol", "dave"] {
        keys.push(stores.employ(id, "acme", "user").await);
    }
    for id in ["alice", "bob", "carol"] {
        stores.with_email(id).await;
    }
    let news = NewTopic { name: "news".parse().unwrap(), description: None, open: true, now: NOW };
    stores.topics.create(keys[0], news).await.unwrap();
    for key in &keys {
        stores.topics.subscribe(*key, Reach::Own, "news".parse().unwrap(), 9).await.unwrap();
    }
    stores.mute(keys[0], vec![Mute { category: "ci".parse().unwrap(), until: None }]).await;
    let audiences = [
        Audience::EVERYONE,
        members(Some("acme"), None),
        members(None, Some("user")),
        members(Some("acme"), Some("user")),
        subscribers("news"),
    ];
    let defaults = Stores::by_default(&[(Channel::Email, true)]);
    let mut sent = Vec::new();
    for audience in audiences {
        let all = to_all(audience, "hello");
        let content = Content { category: Some("ci".parse().unwrap()), ..all.content };
        let send = append([Draft { content, ..all }]);
        let (outcomes, _) = stores.append(Append { defaults: defaults.clone(), ..send }).await;
        sent.push(receipt_of(&outcomes[0]).id);
    }
    for id in &sent {
        stores.fan_out.hasten(*id, vec![keys[1]], NOW).await.unwrap();
    }
    stores.employ("carol", "other", "guest").await;
    stores.topics.unsubscribe(keys[2], Reach::Own, "news".parse().unwrap()).await.unwrap();
    stores.dispatch(NOW).await;
    for id in sent {
        let planned = [(keys[0], true), (keys[1], true), (keys[2], true), (keys[3], false)];
        assert_planned(stores, id, &planned).await;
        assert!(stores.inbox.item(keys[0], id).await.unwrap().is_none(), "it is muted");
    }
}

/// What is for later is planned when its time has come, by what was open when it was accepted.
pub async fn what_is_scheduled_is_planned_in_its_time(stores: &Stores) {
    let alice = stores.with_email("alice").await;
    let defaults: Arc<Defaults> = Stores::by_default(&[(Channel::Email, true)]);
    let send = append([scheduled(later(60), draft(&["alice"], "later"))]);
    let (outcomes, _) = stores.append(Append { defaults, ..send }).await;
    let id = receipt_of(&outcomes[0]).id;
    stores.dispatch(later(59)).await;
    assert_planned(stores, id, &[(alice, false)]).await;
    stores.dispatch(later(60)).await;
    assert_planned(stores, id, &[(alice, true)]).await;
}

/// What is told by other channels only is in no inbox, whoever it is for, and however it gets there.
pub async fn what_is_not_for_the_inbox_is_in_none(stores: &Stores) {
    let alice = stores.with_email("alice").await;
    let receipt = stores.send(mail("alice", "hello")).await;
    assert_eq!(receipt.recipients, 0);
    let all = stores.send(by(&[Channel::Email], to_all(Audience::EVERYONE, "all"))).await;
    let told = stores.fan_out.hasten(all.id, vec![alice], NOW).await.unwrap();
    assert!(told.is_empty(), "{told:?}");
    stores.dispatch(NOW).await;
    assert_eq!(stores.head(alice).await, Default::default());
    assert_planned(stores, all.id, &[(alice, true)]).await;
    for id in [receipt.id, all.id] {
        let sent = stores.notifications.sent(id).await.unwrap().unwrap();
        assert_eq!(sent.receipt.state, State::Delivered);
        assert_eq!((sent.receipt.recipients, sent.total), (0, Some(0)));
    }
}

/// A request that is repeated plans nothing again.
pub async fn a_replay_plans_nothing(stores: &Stores) {
    stores.with_email("alice").await;
    let idempotency = Some(key(1, 1));
    let send = Append { idempotency, ..append([mail("alice", "hello")]) };
    stores.append(send.clone()).await;
    stores.plan(NOW).await;
    stores.notifications.append(send).await.unwrap();
    assert_eq!(stores.plan(NOW).await.taken, 0);
}

/// Of many who plan at once, while others send, each plan is taken by one, and none is lost.
pub async fn planners_share_the_plans(stores: &Stores) {
    let alice = stores.with_email("alice").await;
    let mut sent = 0;
    for round in 0..ROUNDS {
        at_once(6, |nth| {
            let stores = stores.clone();
            async move {
                if nth < 3 {
                    for part in 0..3 {
                        stores.send(mail("alice", &format!("{round} {nth} {part}"))).await;
                    }
                } else {
                    stores.plan(NOW).await;
                }
            }
        })
        .await;
        sent += 9;
    }
    stores.plan(NOW).await;
    let claimed = stores.claim(Channel::Email, NOW).await;
    assert_eq!(claimed.len(), sent);
    let mut told: Vec<_> = claimed.iter().map(|one| one.notifications[0].id).collect();
    told.sort_unstable();
    told.dedup();
    assert_eq!(told.len(), sent, "each is told once");
    assert!(claimed.iter().all(|one| one.user == alice));
}

async fn assert_planned(stores: &Stores, id: NotificationId, expected: &[(UserKey, bool)]) {
    for (user, planned) in expected {
        assert_eq!(stores.trace(id, *user).await.is_planned, *planned, "{id} for {user}");
    }
}

//! [`RetentionStore`](herald_ports::RetentionStore): what is left of users who were deleted.

use herald_domain::{Audience, Leftover, Mute, Patch, SessionId};
use herald_ports::{NewSession, NewTopic, Reach, Rotation, Ticket};

use crate::Stores;
use crate::fixtures::{
    NOW, append, draft, expiring, later, members, newest, subscribers, to_all, user_id,
};

/// Everything that a user had is erased, in steps as small as asked for, and nothing of anybody else.
pub async fn everything_is_erased(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    let both = stores.send(draft(&["alice", "bob"], "to both")).await.id;
    let mut own = Vec::new();
    for nth in 0..12 {
        own.push(stores.tell("alice", &format!("number {nth}")).await);
    }
    stores.send(expiring(later(5), draft(&["alice", "bob"], "brief"))).await;
    stores.delete(alice, &own[..4]).await;
    stores.patch(alice, &own[4..], Patch::read(true)).await;
    stores.users.delete(user_id("alice"), later(1)).await.unwrap();
    stores.forget(Leftover::Estates, later(1), 3).await;

    assert_eq!(stores.head(alice).await, Default::default());
    let inbox = stores.whole_inbox(alice).await;
    assert!(inbox.items.is_empty(), "{inbox:?}");
    let changes = stores.changes(alice, Default::default(), 99).await;
    assert!(changes.deleted.is_empty(), "{changes:?}");
    assert_eq!(stores.whole_inbox(bob).await.items.len(), 2);
    stores.assert_counts_are_true(bob).await;

    // what nobody holds any more may be forgotten, and what bob holds may not
    stores.forget(Leftover::Notifications, NOW, 3).await;
    for id in own {
        assert!(stores.notifications.sent(id).await.unwrap().is_none(), "{id}");
    }
    assert!(stores.notifications.sent(both).await.unwrap().is_some());
    stores.delete(bob, &[both]).await;
    stores.forget(Leftover::Notifications, NOW, 3).await;
    assert!(stores.notifications.sent(both).await.unwrap().is_none());
    // alice's copy of what expires is not waited for
    assert_eq!(stores.expire(later(5), 9).await.len(), 1);
    assert_eq!(stores.retention.next_expiry().await.unwrap(), None);
}

/// What expires or is trimmed before an estate is erased does no harm.
pub async fn others_may_clean_up_first(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let brief = stores.send(expiring(later(5), draft(&["alice"], "brief"))).await.id;
    stores.tell("alice", "lasting").await;
    stores.users.delete(user_id("alice"), later(1)).await.unwrap();
    stores.expire(later(5), 9).await;
    stores.trim(newest(0), later(5), 9).await;
    stores.forget(Leftover::Tombstones, later(1), 9).await;
    stores.forget(Leftover::Estates, later(5), 1).await;
    assert!(stores.whole_inbox(alice).await.items.is_empty());
    assert!(stores.changes(alice, Default::default(), 9).await.deleted.is_empty());
    stores.forget(Leftover::Notifications, later(5), 1).await;
    assert!(stores.notifications.sent(brief).await.unwrap().is_none());
}

/// What is on its way to many does not come to who was deleted meanwhile, and comes to all others.
pub async fn what_is_on_its_way_passes_by(stores: &Stores) {
    let (acme, news) = (members(Some("acme"), None), "news".parse().unwrap());
    let everybody = ["alice", "bob", "carol"];
    let mut keys = Vec::new();
    for id in everybody {
        keys.push(stores.employ(id, "acme", "user").await);
    }
    let topic = NewTopic { name: news, description: None, open: true, now: NOW };
    stores.topics.create(keys[0], topic).await.unwrap();
    for key in &keys {
        stores.topics.subscribe(*key, Reach::Own, "news".parse().unwrap(), 9).await.unwrap();
    }
    for audience in [acme, Audience::EVERYONE, subscribers("news")] {
        stores.append(append([to_all(audience, "hello")])).await;
    }
    stores.users.delete(user_id("bob"), NOW).await.unwrap();
    stores.ensure("bob").await;
    stores.dispatch(NOW).await;
    for (key, expected) in keys.iter().zip([3, 0, 3]) {
        assert_eq!(stores.whole_inbox(*key).await.items.len(), expected, "{key}");
    }
    stores.forget(Leftover::Estates, NOW, 1).await;
    for key in [keys[0], keys[2]] {
        stores.assert_counts_are_true(key).await;
    }
}

/// Logins with all of their tokens go, and nobody else's.
pub async fn logins_are_erased(stores: &Stores) {
    for (user, first) in [("alice", 1), ("bob", 101)] {
        let user = stores.ensure(user).await;
        for nth in 0..3 {
            let new = NewSession {
                id: SessionId::new(format!("{user}-{nth}")),
                user,
                refresh: [first + nth; 32],
                refresh_expires_at: later(500),
                now: NOW,
            };
            stores.sessions.open(new).await.unwrap();
        }
        let next = [first + 50; 32];
        let rotated = stores.sessions.rotate([first; 32], next, later(500), NOW).await.unwrap();
        assert!(matches!(rotated, Rotation::Rotated { .. }));
    }
    stores.users.delete(user_id("alice"), later(1)).await.unwrap();
    stores.forget(Leftover::Estates, later(1), 2).await;
    let rotate = async |hash| {
        stores.sessions.rotate([hash; 32], [hash + 75; 32], later(500), later(2)).await.unwrap()
    };
    for hash in [1, 2, 3, 51] {
        assert_eq!(rotate(hash).await, Rotation::Invalid, "{hash}");
    }
    for hash in [102, 103, 151] {
        assert!(matches!(rotate(hash).await, Rotation::Rotated { .. }), "{hash}");
    }
}

/// Subscriptions and mutes end with the user; whoever comes by that id has none.
pub async fn subscriptions_and_mutes_end(stores: &Stores) {
    let news = || "news".parse().unwrap();
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    let topic = NewTopic { name: news(), description: None, open: true, now: NOW };
    stores.topics.create(bob, topic).await.unwrap();
    let mute = || vec![Mute { category: "ci".parse().unwrap(), until: None }];
    for user in [alice, bob] {
        stores.topics.subscribe(user, Reach::Own, news(), 9).await.unwrap();
        stores.mute(user, mute()).await;
    }
    stores.users.delete(user_id("alice"), later(1)).await.unwrap();
    let subscribers = stores.topics.subscribers(news(), None, 9).await.unwrap().unwrap().items;
    assert_eq!(subscribers.iter().map(|one| one.key).collect::<Vec<_>>(), [bob]);
    let again = stores.ensure("alice").await;
    assert!(stores.mutes(again, NOW).await.is_empty());
    assert_eq!(stores.mutes(bob, NOW).await.len(), 1);
    let topics = stores.topics.list(again, Reach::Own, None, 9).await.unwrap().items;
    assert!(!topics[0].subscribed);
}

/// A ticket of a user who was deleted leads to nobody.
pub async fn tickets_lead_to_nobody(stores: &Stores) {
    let user = stores.ensure("alice").await;
    let ticket =
        Ticket { user, session: None, access_expires_at: later(90), expires_at: later(30) };
    stores.sessions.issue_ticket([1; 32], ticket, NOW).await.unwrap();
    stores.users.delete(user_id("alice"), later(1)).await.unwrap();
    if let Some(ticket) = stores.sessions.redeem_ticket([1; 32], later(2)).await.unwrap() {
        assert_eq!(stores.users.by_key(ticket.user).await.unwrap(), None);
    }
}

/// That an id was given back is remembered for its time.
pub async fn deletions_are_forgotten(stores: &Stores) {
    let gone = [("alice", 10), ("bob", 20), ("alice", 30)];
    for (id, at) in gone {
        stores.ensure(id).await;
        stores.users.delete(user_id(id), later(at)).await.unwrap();
    }
    let refused = async |id| {
        let admitted = stores.users.admit(user_id(id), NOW, later(99)).await.unwrap();
        admitted.is_none()
    };
    stores.forget(Leftover::Deletions, later(19), 1).await;
    assert!(refused("bob").await);
    stores.forget(Leftover::Deletions, later(29), 1).await;
    assert!(refused("alice").await && !refused("bob").await);
    stores.forget(Leftover::Deletions, later(30), 1).await;
    assert!(!refused("alice").await);
}

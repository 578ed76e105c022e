//! [`RetentionStore`](herald_ports::RetentionStore): forgetting what is of no use to anybody.

use herald_domain::{Leftover, Mute, NotificationId, Rev, SessionId, Timestamp, UserKey};
use herald_ports::{Accepted, Append, NewSession, Resync, Rotation, Ticket, TokenHash};

use crate::Stores;
use crate::fixtures::{NOW, append, draft, expiring, key, later, newest};

/// Tombstones go at their time. A copy that has heard of every removal that was forgotten is brought
/// up to date as before; one that has not is told that it is lost, and nothing else.
pub async fn positions_below_a_forgotten_removal_are_lost(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let mut sent = Vec::new();
    for nth in 0..5 {
        sent.push(stores.tell("alice", &format!("number {nth}")).await);
    }
    delete(stores, alice, sent[0], later(10)).await; // revision 6
    stores.tell("alice", "between").await;
    delete(stores, alice, sent[1], later(20)).await; // revision 8
    delete(stores, alice, sent[2], later(20)).await; // revision 9
    delete(stores, alice, sent[3], later(30)).await; // revision 10

    for (until, floor) in [(9, 0), (10, 6), (19, 6), (20, 9), (29, 9), (30, 10)] {
        stores.forget(Leftover::Tombstones, later(until), 1).await;
        for since in 0..=10 {
            let changes = stores.inbox.changes(alice, Rev::new(since), 100).await.unwrap();
            match changes {
                Ok(changes) => {
                    assert!(since >= floor, "{since} after {until}");
                    let told: Vec<_> = [(6, sent[0]), (8, sent[1]), (9, sent[2]), (10, sent[3])]
                        .into_iter()
                        .filter_map(|(rev, id)| (rev > since).then_some(id))
                        .collect();
                    assert_eq!(changes.deleted, told, "{since} after {until}");
                    assert_eq!(changes.rev, Rev::new(10));
                }
                Err(lost) => {
                    assert!(since < floor, "{since} after {until}");
                    assert_eq!(lost, Resync::Pruned);
                }
            }
        }
        let ahead = stores.inbox.changes(alice, Rev::new(11), 100).await.unwrap();
        assert_eq!(ahead.unwrap_err(), Resync::Unknown);
    }
    assert_eq!(stores.head(alice).await.rev, Rev::new(10));
}

/// Every kind of removal is forgotten, each in its inbox, and nobody else's.
pub async fn each_inbox_has_a_floor_of_its_own(stores: &Stores) {
    let users = [stores.ensure("alice").await, stores.ensure("bob").await];
    let quiet = stores.ensure("carol").await;
    stores.tell("carol", "stays").await;
    stores.send(expiring(later(5), draft(&["alice", "bob"], "brief"))).await;
    stores.tell("alice", "too much").await;
    stores.expire(later(5), 10).await;
    stores.trim(newest(0), later(6), 10).await; // carol's too
    stores.tell("carol", "again").await;
    let heads = [stores.head(users[0]).await.rev, stores.head(users[1]).await.rev];
    assert_eq!(heads, [Rev::new(4), Rev::new(2)]);
    stores.forget(Leftover::Tombstones, later(5), 10).await;
    let lost = async |user, since| stores.inbox.changes(user, Rev::new(since), 9).await.unwrap();
    assert_eq!(lost(users[0], 2).await.unwrap_err(), Resync::Pruned);
    assert_eq!(lost(users[0], 3).await.unwrap().deleted.len(), 1);
    assert_eq!(lost(users[1], 1).await.unwrap_err(), Resync::Pruned);
    assert!(lost(users[1], 2).await.is_ok());
    assert_eq!(lost(quiet, 0).await.unwrap().deleted.len(), 1);
}

/// A request is remembered as long as its answer is kept; then the same key is a new request.
pub async fn idempotency_keys_are_forgotten(stores: &Stores) {
    let request =
        |now| Append { idempotency: Some(key(1, 1)), now, ..append([draft(&["alice"], "hello")]) };
    stores.append(request(later(10))).await;
    stores.forget(Leftover::IdempotencyKeys, later(9), 1).await;
    let again = stores.notifications.append(request(later(11))).await.unwrap();
    assert!(matches!(again, Accepted::Replayed(_)), "{again:?}");
    stores.forget(Leftover::IdempotencyKeys, later(10), 1).await;
    assert!(stores.notifications.replay(key(1, 1)).await.unwrap().is_none());
    stores.append(request(later(12))).await;
    assert!(stores.notifications.replay(key(1, 1)).await.unwrap().is_some());
}

/// A notification is kept as long as any inbox holds it, and then until its time; in whatever way it
/// went.
pub async fn notifications_that_nobody_holds_are_forgotten(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    let deleted = stores.send(draft(&["alice", "bob"], "deleted")).await.id;
    let replaced = stores.tell_instead("alice", "key", "replaced").await;
    let instead = stores.tell_instead("alice", "key", "instead").await;
    let brief = stores.send(expiring(later(9), draft(&["alice", "bob"], "brief"))).await.id;
    stores.delete(alice, &[deleted]).await;
    stores.delete(bob, &[brief]).await;
    let forget = async |until: Timestamp| stores.forget(Leftover::Notifications, until, 1).await;

    forget(later(99)).await;
    assert_kept(stores, &[(deleted, true), (replaced, false), (instead, true), (brief, true)])
        .await;
    assert!(stores.inbox.item(bob, deleted).await.unwrap().is_some());

    stores.delete(bob, &[deleted]).await;
    stores.expire(later(9), 10).await;
    stores.trim(newest(0), later(10), 10).await;
    forget(Timestamp::from_micros(NOW.as_micros() - 1)).await;
    assert_kept(stores, &[(deleted, true), (instead, true), (brief, true)]).await;
    forget(NOW).await;
    assert_kept(stores, &[(deleted, false), (instead, false), (brief, false)]).await;
    let next = stores.tell("alice", "next").await;
    assert!(next > brief, "a number is never used twice");
}

/// Revocations go at their time; those that come later are told as before, at higher positions.
pub async fn revocations_are_forgotten(stores: &Stores) {
    for nth in 0..3 {
        login(stores, &format!("login {nth}"), [nth; 32], later(60)).await;
    }
    let revoke = async |session: &str, at| {
        stores.sessions.revoke(SessionId::new(session), later(at)).await.unwrap();
    };
    let since = async |position| stores.sessions.revocations_since(position).await.unwrap();
    let (start, _) = since(None).await;
    revoke("login 0", 10).await;
    revoke("login 1", 20).await;
    let (position, told) = since(Some(start)).await;
    assert_eq!(told.len(), 2);
    for (until, left) in [(9, 2), (10, 1), (19, 1), (20, 0)] {
        stores.forget(Leftover::Revocations, later(until), 1).await;
        assert_eq!(since(Some(start)).await.1, told[2 - left..], "until {until}");
    }
    assert_eq!(since(Some(position)).await, (position, vec![]));
    revoke("login 2", 30).await;
    let (after, told) = since(Some(position)).await;
    assert!(told.len() == 1 && told[0].position > position && after > position, "{told:?}");
}

/// Tickets go when they end.
pub async fn tickets_are_forgotten(stores: &Stores) {
    let user = stores.ensure("alice").await;
    for (hash, end) in [([1; 32], 10), ([2; 32], 11)] {
        let (access_expires_at, expires_at) = (later(900), later(end));
        let ticket = Ticket { user, session: None, access_expires_at, expires_at };
        stores.sessions.issue_ticket(hash, ticket, NOW).await.unwrap();
    }
    stores.forget(Leftover::Tickets, later(10), 1).await;
    let redeem = async |hash| stores.sessions.redeem_ticket(hash, NOW).await.unwrap();
    assert!(redeem([1; 32]).await.is_none());
    assert!(redeem([2; 32]).await.is_some());
}

/// A login goes, with its tokens, at its time after it was revoked or could not be refreshed any
/// more. As long as it could go on, every token that was used is known.
pub async fn logins_that_ended_are_forgotten(stores: &Stores) {
    login(stores, "long", [1; 32], later(50)).await;
    login(stores, "brief", [2; 32], later(50)).await;
    login(stores, "ended", [3; 32], later(50)).await;
    assert!(matches!(rotate(stores, [1; 32], [11; 32], 90).await, Rotation::Rotated { .. }));
    assert!(matches!(rotate(stores, [11; 32], [12; 32], 100).await, Rotation::Rotated { .. }));
    assert!(matches!(rotate(stores, [3; 32], [13; 32], 100).await, Rotation::Rotated { .. }));
    let ended = SessionId::new("ended");
    stores.sessions.revoke(ended, later(20)).await.unwrap();
    let forget = async |until| stores.forget(Leftover::Logins, later(until), 1).await;

    forget(19).await;
    assert!(matches!(rotate(stores, [3; 32], [4; 32], 100).await, Rotation::Reused { .. }));
    forget(20).await;
    assert_eq!(rotate(stores, [3; 32], [4; 32], 100).await, Rotation::Invalid);
    forget(49).await;
    assert!(is_live(stores, "brief").await);
    forget(50).await;
    assert!(!is_live(stores, "brief").await);
    assert_eq!(rotate(stores, [2; 32], [4; 32], 100).await, Rotation::Invalid);
    forget(99).await;
    assert!(is_live(stores, "long").await);
    assert!(matches!(rotate(stores, [1; 32], [4; 32], 100).await, Rotation::Reused { .. }));
}

/// A mute goes at its end, and no other with it.
pub async fn mutes_that_ended_are_forgotten(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let mute = |category: &str, until| Mute { category: category.parse().unwrap(), until };
    let mutes = vec![
        mute("a", Some(later(10))),
        mute("b", Some(later(20))),
        mute("c", Some(later(20))),
        mute("d", Some(later(30))),
        mute("e", None),
    ];
    stores.mute(alice, mutes).await;
    for (until, left) in [(9, 5), (10, 4), (20, 2), (9_999, 1)] {
        stores.forget(Leftover::Mutes, later(until), 1).await;
        // asked as of now, when none has ended
        let mutes = stores.mutes(alice, NOW).await;
        assert_eq!(mutes.len(), left, "after {until} s");
    }
}

/// Steps are as small as asked for, and say when they are at the end.
pub async fn steps_are_small(stores: &Stores) {
    for nth in 0..10 {
        let idempotency = Some(key(nth, 1));
        stores.append(Append { idempotency, ..append([draft(&["alice"], "hello")]) }).await;
    }
    stores.trim(newest(0), NOW, 1).await;
    for leftover in [Leftover::IdempotencyKeys, Leftover::Tombstones, Leftover::Notifications] {
        let nothing = Timestamp::from_micros(NOW.as_micros() - 1);
        assert_eq!(stores.forget(leftover, nothing, 3).await, 1);
        let steps = stores.forget(leftover, NOW, 3).await;
        assert!(steps >= 4, "{leftover:?} in {steps} steps");
        assert_eq!(stores.forget(leftover, NOW, 3).await, 1, "{leftover:?}");
    }
}

async fn delete(stores: &Stores, user: UserKey, id: NotificationId, now: Timestamp) {
    let written = stores.inbox.delete(user, vec![id], now).await.unwrap();
    assert!(written.event.is_some());
}

async fn assert_kept(stores: &Stores, expected: &[(NotificationId, bool)]) {
    for (id, kept) in expected {
        assert_eq!(stores.notifications.sent(*id).await.unwrap().is_some(), *kept, "{id}");
    }
}

async fn login(stores: &Stores, session: &str, refresh: TokenHash, end: Timestamp) {
    let new = NewSession {
        id: SessionId::new(session),
        user: stores.ensure("alice").await,
        refresh,
        refresh_expires_at: end,
        now: NOW,
    };
    stores.sessions.open(new).await.unwrap();
}

async fn rotate(stores: &Stores, old: TokenHash, new: TokenHash, end: u64) -> Rotation {
    stores.sessions.rotate(old, new, later(end), later(1)).await.unwrap()
}

async fn is_live(stores: &Stores, session: &str) -> bool {
    stores.sessions.is_live(SessionId::new(session)).await.unwrap()
}

//! What goes when, by the rules of a `Retention`, on a clock that is moved by hand.

use std::sync::Arc;
use std::time::Duration;

use herald_application::{Duty, Janitor};
use herald_contract::Stores;
use herald_contract::fixtures::{CountingIds, append, draft, expiring, key, later};
use herald_domain::{Retention, Rev};
use herald_ports::{Append, Lease, LeaseStore, LiveEvent, Resync};

use crate::support::World;

const DAY: u64 = 24 * 60 * 60;

/// A world, its stores, and a janitor that keeps what the rules say.
async fn world(retention: Retention) -> (World, Stores, Janitor) {
    let world = World::new().await;
    let stores = Stores::of(world.store.clone(), ());
    let (store, clock) = (world.store.clone(), world.clock.clone());
    let duty = Duty::shared(world.store.clone(), Lease::Janitor, &CountingIds::default());
    let janitor = Janitor::new(store, world.bus.clone(), clock, retention, duty);
    (world, stores, janitor)
}

/// How many items the devices were told are gone, since the last call.
fn gone(world: &World) -> usize {
    let deleted = |event: &LiveEvent| match event {
        LiveEvent::Changed { deleted, .. } => deleted.len(),
        other => panic!("not a removal: {other:?}"),
    };
    world.told.take().iter().map(deleted).sum()
}

#[tokio::test]
async fn items_go_when_they_expire_and_devices_hear_of_it() {
    let (world, stores, janitor) = world(Retention::default()).await;
    let alice = stores.ensure("alice").await;
    for _ in 0..250 {
        stores.send(expiring(later(10), draft(&["alice", "bob"], "brief"))).await;
    }
    stores.send(expiring(later(20), draft(&["alice"], "longer"))).await;
    world.clock.set(later(9));
    assert_eq!(janitor.expire().await.unwrap(), Some(later(10)));
    assert_eq!(gone(&world), 0);
    world.clock.set(later(10));
    assert_eq!(janitor.expire().await.unwrap(), Some(later(20)));
    assert_eq!(gone(&world), 500);
    assert_eq!(stores.head(alice).await.unread, 1);
    world.clock.set(later(20));
    janitor.run_once().await.unwrap();
    assert_eq!((gone(&world), stores.head(alice).await.unread), (1, 0));
    assert_eq!(janitor.expire().await.unwrap(), None);
}

#[tokio::test]
async fn inboxes_keep_the_newest_of_a_limited_age() {
    let retention =
        Retention { max_items: 150, max_age: Some(Retention::days(3)), ..Retention::default() };
    let (world, stores, janitor) = world(retention).await;
    let users = [stores.ensure("alice").await, stores.ensure("bob").await];
    for nth in 0..450 {
        stores.append(Append { now: later(nth), ..append([draft(&["alice"], "hello")]) }).await;
    }
    stores.tell("bob", "hello").await;
    janitor.run_once().await.unwrap();
    assert_eq!(gone(&world), 300);
    assert_eq!(stores.head(users[0]).await.unread, 150);
    world.clock.set(later(3 * DAY + 301));
    janitor.run_once().await.unwrap();
    assert_eq!(gone(&world), 3, "bob's, and those of seconds 300 and 301");
    assert_eq!(stores.head(users[0]).await.unread, 148);
    stores.assert_counts_are_true(users[0]).await;
}

#[tokio::test]
async fn by_default_age_is_no_reason_to_go() {
    let (world, stores, janitor) = world(Retention::default()).await;
    let alice = stores.ensure("alice").await;
    for _ in 0..1_001 {
        stores.tell("alice", "hello").await;
    }
    world.clock.advance(Duration::from_secs(1_000 * DAY));
    janitor.run_once().await.unwrap();
    assert_eq!(stores.head(alice).await.unread, 1_000);
}

#[tokio::test]
async fn leftovers_are_kept_for_their_time() {
    let (world, stores, janitor) = world(Retention::default()).await;
    let alice = stores.ensure("alice").await;
    let request = Append { idempotency: Some(key(1, 1)), ..append([draft(&["alice"], "hello")]) };
    stores.append(request).await;
    let gone = stores.whole_inbox(alice).await.items[0].id();
    stores.delete(alice, &[gone]).await;
    let kept = async |seconds| {
        world.clock.set(later(seconds));
        janitor.run_once().await.unwrap();
        let key = stores.notifications.replay(key(1, 1)).await.unwrap().is_some();
        let sent = stores.notifications.sent(gone).await.unwrap().is_some();
        let changes = stores.inbox.changes(alice, Rev::new(1), 10).await.unwrap();
        if let Err(lost) = &changes {
            assert_eq!(*lost, Resync::Pruned);
        }
        (key, sent, changes.is_ok())
    };
    assert_eq!(kept(DAY - 1).await, (true, true, true));
    assert_eq!(kept(DAY).await, (false, false, true));
    assert_eq!(kept(7 * DAY - 1).await, (false, false, true));
    assert_eq!(kept(7 * DAY).await, (false, false, false));
    let head = stores.head(alice).await;
    assert!(stores.inbox.changes(alice, head.rev, 10).await.unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn it_looks_by_itself() {
    let (world, stores, janitor) = world(Retention::default()).await;
    let janitor = Arc::new(janitor);
    let running = janitor.clone();
    let running = tokio::spawn(async move { running.run().await });
    tokio::time::sleep(Duration::from_secs(5)).await;
    stores.send(expiring(later(10), draft(&["alice"], "brief"))).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(gone(&world), 0, "its time has not come");
    world.clock.set(later(10));
    tokio::time::sleep(Janitor::LOOK).await;
    assert_eq!(gone(&world), 1);
    running.abort();
}

/// Of several janitors on one store, one works; another goes on when that one stops.
#[tokio::test(start_paused = true)]
async fn one_works_at_a_time() {
    let (world, stores, janitor) = world(Retention::default()).await;
    let alice = stores.ensure("alice").await;
    let expiring_one = || stores.send(expiring(later(10), draft(&["alice"], "brief")));
    expiring_one().await;
    // somebody else is at it, and ends without a word
    let taken = world.store.hold(Lease::Janitor, "other", Duty::LENGTH).await.unwrap();
    assert!(taken);
    world.clock.set(later(10));
    let janitor = Arc::new(janitor);
    let working = tokio::spawn({
        let janitor = janitor.clone();
        async move { janitor.run().await }
    });
    tokio::time::sleep(Duty::LENGTH / 2).await;
    assert_eq!(stores.head(alice).await.unread, 1);
    tokio::time::sleep(Duty::LENGTH).await;
    assert_eq!(stores.head(alice).await.unread, 0);

    let is_free = || world.store.hold(Lease::Janitor, "other", Duty::LENGTH);
    tokio::time::sleep(3 * Duty::LENGTH).await;
    assert!(!is_free().await.unwrap(), "it is kept");
    working.abort();
    janitor.give_up().await;
    assert!(is_free().await.unwrap());
}

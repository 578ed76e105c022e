//! What is for many, or for later, is put into the inboxes by a dispatcher.

use std::sync::Arc;
use std::time::Duration;

use crate::support::World;
use herald_application::{CancelError, Dispatcher, RequestContext};
use herald_domain::{Principal, RawAudience, RawDraft, State, UserKey};
use herald_ports::{InboxStore, LiveEvent, UserChange, UserStore};

/// A world, somebody who may send to all, and a user.
async fn world() -> (World, Principal, UserKey) {
    let world = World::new().await;
    world.access.authenticate(&world.minted("root")).await.unwrap();
    let change = UserChange { role: Some("admin".parse().unwrap()), ..UserChange::default() };
    world.accounts.change(&"root".parse().unwrap(), change).await.unwrap();
    let admin = world.access.authenticate(&world.minted("root")).await.unwrap();
    let now = herald_contract::fixtures::NOW;
    let alice = world.store.ensure("alice".parse().unwrap(), now).await.unwrap().unwrap().key;
    world.told.take();
    (world, admin, alice)
}

fn to_everyone() -> RawDraft {
    let to = RawAudience { everyone: Some(true), ..RawAudience::default() };
    RawDraft { to, message: "hello".into(), ..RawDraft::default() }
}

fn at(text: &str) -> RawDraft {
    RawDraft { send_at: Some(text.into()), ..to_everyone() }
}

async fn unread(world: &World, user: UserKey) -> i64 {
    world.store.head(user).await.unwrap().unread
}

#[tokio::test]
async fn what_is_sent_to_everyone_wakes_the_dispatcher() {
    let (world, admin, alice) = world().await;
    let dispatcher = Arc::new(world.dispatcher());
    let working = tokio::spawn(async move { dispatcher.run().await });
    // it has looked, found nothing, and waits for a job
    tokio::task::yield_now().await;
    let receipt =
        world.notifier().send(&admin, to_everyone(), RequestContext::default()).await.unwrap();
    assert_eq!(receipt.state, State::Expanding);
    while unread(&world, alice).await == 0 {
        tokio::task::yield_now().await;
    }
    let told = world.told.take();
    assert!(
        matches!(told[..], [LiveEvent::Expanding { .. }, LiveEvent::Appended { .. }]),
        "devices hear of it: {told:?}"
    );
    working.abort();
}

#[tokio::test(start_paused = true)]
async fn what_is_scheduled_is_found_when_its_time_comes() {
    let (world, admin, alice) = world().await;
    let dispatcher = Arc::new(world.dispatcher());
    let working = tokio::spawn(async move { dispatcher.run().await });
    let receipt = world
        .notifier()
        .send(&admin, at("2026-11-21T09:01:00Z"), RequestContext::default())
        .await
        .unwrap();
    assert_eq!(receipt.state, State::Scheduled);
    tokio::time::sleep(Dispatcher::LOOK * 3).await;
    assert_eq!(unread(&world, alice).await, 0);
    world.clock.advance(Duration::from_secs(60));
    tokio::time::sleep(Dispatcher::LOOK * 2).await;
    assert_eq!(unread(&world, alice).await, 1);
    working.abort();
}

#[tokio::test]
async fn only_the_sender_cancels_and_only_in_time() {
    let (world, admin, alice) = world().await;
    let notifier = world.notifier();
    let receipt =
        notifier.send(&admin, at("2026-11-21T09:01:00Z"), RequestContext::default()).await.unwrap();
    let stranger = world.access.authenticate(&world.minted("alice")).await.unwrap();
    let refused = notifier.cancel(&stranger, receipt.id).await;
    assert!(matches!(refused, Err(CancelError::Unknown)));
    let cancelled = notifier.cancel(&admin, receipt.id).await.unwrap();
    assert_eq!(cancelled.state, State::Cancelled);
    world.clock.advance(Duration::from_secs(60));
    world.dispatcher().work().await.unwrap();
    assert_eq!(unread(&world, alice).await, 0);

    let receipt = notifier.send(&admin, to_everyone(), RequestContext::default()).await.unwrap();
    let refused = notifier.cancel(&admin, receipt.id).await;
    assert!(matches!(refused, Err(CancelError::TooLate)));
}

#[tokio::test]
async fn groups_are_for_those_who_may_send_to_others() {
    let (world, _, alice) = world().await;
    let user = world.access.authenticate(&world.minted("alice")).await.unwrap();
    assert!(world.notifier().send(&user, to_everyone(), RequestContext::default()).await.is_err());
    world.dispatcher().work().await.unwrap();
    assert_eq!(unread(&world, alice).await, 0);
}

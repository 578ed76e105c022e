//! The revision log as a whole: random sequences of writes, and what must hold after any of them.

mod copy;
mod model;
mod ops;
mod property;
mod world;

use herald_domain::{InboxCopy, ItemFilter, Kind, Status};
use herald_ports::{Position, Resync};
use proptest::collection::vec;

use crate::Stores;
use crate::fixtures::of_status;
use copy::{heads_told, tell};
use model::Model;
use ops::ops;
use property::holds;
use world::World;

/// Every page is that of a naive model, which counts and filters lists.
pub async fn pages_are_those_of_a_naive_model(stores: &Stores) {
    let stores = stores.clone();
    holds(ops(), move |ops| {
        let stores = stores.clone();
        async move {
            let (mut world, mut model) = (World::new(stores.clone()).await, Model::default());
            for op in ops {
                let write = world.plan(op);
                let events = world.perform(&write).await;
                model.apply(&write, &events);
            }
            for (user, key) in world.users() {
                assert_eq!(stores.head(key).await, model.head(user));
                for filter in filters() {
                    let expected = model.list(user, &filter);
                    let walked = stores.walk(key, filter.clone(), 2).await;
                    assert_eq!(walked, expected, "{filter:?}");
                    let page = stores.page(key, filter, Position::Offset(1), 2).await;
                    let shown = expected.iter().skip(1).take(2);
                    assert!(page.items.iter().eq(shown), "{page:?}");
                    assert_eq!(page.total, Some(expected.len() as u64));
                    assert_eq!(page.next.is_some(), expected.len() > 3, "{page:?}");
                    assert_eq!(page.head, model.head(user));
                }
            }
        }
    })
    .await;
}

/// Every revision is told once, in order and without a hole, and the counts are true after each
/// write.
pub async fn revisions_have_no_hole_and_counts_are_true(stores: &Stores) {
    let stores = stores.clone();
    holds(ops(), move |ops| {
        let stores = stores.clone();
        async move {
            let mut world = World::new(stores.clone()).await;
            for op in ops {
                let mut expected = Vec::new();
                for (_, key) in world.users() {
                    expected.push(stores.head(key).await);
                }
                let write = world.plan(op);
                let events = world.perform(&write).await;
                for (user, key) in world.users() {
                    for told in heads_told(key, &events) {
                        assert_eq!(told.rev, expected[user].rev.next(), "{events:?}");
                        expected[user] = told;
                    }
                    assert_eq!(stores.head(key).await, expected[user], "{events:?}");
                    stores.assert_counts_are_true(key).await;
                }
            }
        }
    })
    .await;
}

/// A copy of any age, and one of nothing, is brought up to date by the changes since, however few
/// at a time; or is told that it cannot be, if and only if removals after it were forgotten.
pub async fn changes_bring_any_copy_up_to_date(stores: &Stores) {
    let stores = stores.clone();
    holds((ops(), vec(1..6_usize, 1..4)), move |(ops, limits)| {
        let stores = stores.clone();
        async move {
            let mut world = World::new(stores.clone()).await;
            let mut copies: Vec<_> =
                world.users().map(|(user, key)| (user, key, InboxCopy::default())).collect();
            for op in ops {
                let write = world.plan(op);
                world.perform(&write).await;
                for (user, key) in world.users() {
                    copies.push((user, key, stores.copy(key).await));
                }
            }
            for ((user, key, mut copy), limit) in copies.into_iter().zip(limits.into_iter().cycle())
            {
                let since = copy.rev;
                if since < world.floor(user) {
                    let lost = stores.inbox.changes(key, since, limit).await.unwrap();
                    assert_eq!(lost.unwrap_err(), Resync::Pruned, "since {since}");
                    continue;
                }
                stores.catch_up(key, &mut copy, limit).await;
                let now = stores.copy(key).await;
                assert_eq!(copy, now, "since {since}, {limit} at a time");
            }
        }
    })
    .await;
}

/// A copy that hears every event in order is always up to date.
pub async fn live_events_keep_a_copy_up_to_date(stores: &Stores) {
    let stores = stores.clone();
    holds(ops(), move |ops| {
        let stores = stores.clone();
        async move {
            let mut world = World::new(stores.clone()).await;
            let epoch = stores.inbox.epoch();
            let mut copies = vec![InboxCopy::default(); ops::USERS];
            for op in ops {
                let write = world.plan(op);
                let events = world.perform(&write).await;
                for (user, key) in world.users() {
                    for event in &events {
                        tell(&mut copies[user], key, &epoch, event);
                    }
                    assert_eq!(copies[user], stores.copy(key).await, "{events:?}");
                }
            }
        }
    })
    .await;
}

fn filters() -> impl Iterator<Item = ItemFilter> {
    let with_kind = |status| ItemFilter { kind: Some(Kind::Info), ..of_status(status) };
    Status::ALL.iter().flat_map(move |status| [of_status(*status), with_kind(*status)])
}

//! [`LeaseStore`](herald_ports::LeaseStore) and [`StoreClock`](herald_ports::StoreClock): what one process
//! does at a time, and by whose time.

use std::time::Duration;

use herald_ports::{Clock, Lease, SystemClock};
use tokio::task::JoinSet;

use crate::Stores;

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(50);

/// Who has a lease keeps it; nobody else gets it until it is given back.
pub async fn one_has_a_lease(stores: &Stores) {
    assert!(hold(stores, "a", LONG).await);
    assert!(!hold(stores, "b", LONG).await);
    assert!(hold(stores, "a", LONG).await);
    stores.leases.release(Lease::Janitor, "b").await.unwrap();
    assert!(!hold(stores, "b", LONG).await, "another's is not given back");
    stores.leases.release(Lease::Janitor, "a").await.unwrap();
    assert!(hold(stores, "b", LONG).await);
    assert!(!hold(stores, "a", LONG).await);
}

/// A lease ends by itself, unless it is kept.
pub async fn a_lease_ends(stores: &Stores) {
    assert!(hold(stores, "a", SHORT).await);
    tokio::time::timeout(LONG, async {
        while !hold(stores, "b", LONG).await {
            tokio::time::sleep(SHORT / 5).await;
        }
    })
    .await
    .unwrap();
    assert!(!hold(stores, "a", LONG).await);
}

/// Of many who want it at once, one gets it.
pub async fn one_of_many_gets_a_lease(stores: &Stores) {
    let asking: JoinSet<bool> = (0..16)
        .map(|nth| (stores.clone(), nth.to_string()))
        .map(|(stores, name)| async move { hold(&stores, &name, LONG).await })
        .collect();
    let held = asking.join_all().await;
    assert_eq!(held.into_iter().filter(|held| *held).count(), 1);
}

/// A store's clock goes on, and in tests it is that of this machine.
pub async fn a_store_has_a_clock(stores: &Stores) {
    let before = SystemClock.now().minus(LONG);
    let first = stores.clock.time().await.unwrap();
    tokio::time::sleep(SHORT).await;
    let second = stores.clock.time().await.unwrap();
    assert!(before < first && first < second, "{before:?} {first:?} {second:?}");
    assert!(second < SystemClock.now().plus(LONG), "{second:?}");
}

async fn hold(stores: &Stores, holder: &str, length: Duration) -> bool {
    stores.leases.hold(Lease::Janitor, holder, length).await.unwrap()
}

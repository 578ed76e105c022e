//! A server that goes away, and comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use herald_domain::Rev;
use herald_ports::{Append, Idempotency, InboxStore, NotificationStore, StoreError, UserStore};
use herald_store_diesel::DieselStore;

use crate::database::{Database, address};
use crate::proxy::Proxy;
use crate::sending::hello;
use crate::{on_postgres, open};

/// How soon somebody is told that the database is away.
const SOON: Duration = Duration::from_secs(1);
/// How long it takes at most until all is well again.
const PATIENCE: Duration = Duration::from_secs(10);

async fn revision(store: &DieselStore) -> Result<Rev, StoreError> {
    let alice = store.by_id("alice".parse().unwrap()).await?;
    Ok(store.head(alice.unwrap().key).await?.rev)
}

/// Everything that one can ask is refused, and each within a second.
async fn assert_is_refused_soon(store: &DieselStore) {
    for _ in 0..5 {
        let begun = Instant::now();
        let (send, head, ping, health) = tokio::join!(
            store.append(hello("alice")),
            revision(store),
            store.ping(),
            store.health(),
        );
        assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
        let refused = [send.err(), head.err(), ping.err(), health.err()];
        let is_away = |error: &Option<_>| matches!(error, Some(StoreError::Unavailable(_)));
        assert!(refused.iter().all(is_away), "{refused:?}");
    }
}

/// Both reading and writing go well again.
async fn assert_comes_back(store: &DieselStore) {
    let end = Instant::now() + PATIENCE;
    while store.append(hello("alice")).await.is_err() || revision(store).await.is_err() {
        assert!(Instant::now() < end, "it does not come back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // and stay so, on every connection
    for _ in 0..50 {
        store.append(hello("alice")).await.unwrap();
        revision(store).await.unwrap();
    }
}

async fn behind_proxy(database: &Database) -> (Arc<DieselStore>, Proxy) {
    let proxy = Proxy::to(address()).await;
    let store = open(database.url_at(&format!("127.0.0.1:{}", proxy.port())));
    store.append(hello("alice")).await.unwrap();
    revision(&store).await.unwrap();
    (store, proxy)
}

on_postgres! {
    /// Who asks a server that is not there is refused within a second, and all is well when it is back.
    async fn a_server_that_is_gone_is_noticed_soon(database: &Database) {
        let (store, proxy) = behind_proxy(database).await;
        for _ in 0..2 {
            proxy.cut().await;
            assert_is_refused_soon(&store).await;
            proxy.restore().await;
            assert_comes_back(&store).await;
        }
    }
}

on_postgres! {
    /// The same, of a server that keeps its connections and says nothing, as one behind a broken network.
    async fn a_server_that_is_silent_is_noticed_soon(database: &Database) {
        let (store, proxy) = behind_proxy(database).await;
        proxy.stall();
        assert_is_refused_soon(&store).await;
        proxy.restore().await;
        assert_comes_back(&store).await;
    }
}

on_postgres! {
    /// Connections that the server ended are replaced before anybody notices.
    async fn ended_connections_are_replaced(database: &Database) {
        let store = open(database.url());
        let mut sent = 0;
        for _ in 0..5 {
            let reads = herald_contract::fixtures::at_once(20, |_| {
                let store = store.clone();
                async move { store.ping().await.unwrap() }
            });
            reads.await;
            database.end_connections();
            store.append(hello("alice")).await.unwrap();
            sent += 1;
            assert_eq!(revision(&store).await.unwrap(), Rev::new(sent));
        }
    }
}

on_postgres! {
    /// What was answered is there once, and what was asked again under its key, too, however often the
    /// server ends connections.
    async fn what_was_answered_is_there_once(database: &Database) {
        let store = open(database.url());
        store.append(hello("alice")).await.unwrap();
        let done = Arc::new(AtomicBool::new(false));
        let senders: Vec<_> = (0..8_u8)
            .map(|task| {
                let store = store.clone();
                tokio::spawn(async move {
                    for nth in 0..100_u8 {
                        let mut key = [task; 16];
                        key[0] = nth;
                        let idempotency = Some(Idempotency { key, fingerprint: [1; 16] });
                        let append = || Append { idempotency, ..hello("alice") };
                        while store.append(append()).await.is_err() {}
                    }
                })
            })
            .collect();
        let vandal = std::thread::spawn({
            let (done, name) = (done.clone(), database.name.clone());
            move || {
                while !done.load(Ordering::Relaxed) {
                    crate::questions::end_connections(&name);
                    std::thread::sleep(Duration::from_millis(100));
                }
            }
        });
        for sender in senders {
            sender.await.unwrap();
        }
        done.store(true, Ordering::Relaxed);
        vandal.join().unwrap();
        assert_comes_back(&store).await;
        let alice = store.by_id("alice".parse().unwrap()).await.unwrap().unwrap();
        let head = store.head(alice.key).await.unwrap();
        assert_eq!(head.unread - 51, 801, "{head:?}");
    }
}

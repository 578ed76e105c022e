//! Writing when it cannot be done at once.
#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

mod common;
#[path = "common/sending.rs"]
mod sending;

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use common::{config, path};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use herald_domain::{Content, Data, Rev};
use herald_ports::{InboxStore, NotificationStore, StoreError, SystemRandom, UserStore};
use herald_store_diesel::{DieselStore, StoreConfig};
use sending::{append, hello};
use tempfile::TempDir;

fn open(config: &StoreConfig) -> DieselStore {
    DieselStore::open(config, &SystemRandom).unwrap()
}

/// Another process that writes, and does not come to an end.
fn locked(folder: &TempDir, how: &str) -> SqliteConnection {
    let mut other = SqliteConnection::establish(&path(folder)).unwrap();
    other.batch_execute(how).unwrap();
    other
}

async fn revision(store: &DieselStore) -> Rev {
    let alice = store.by_id("alice".parse().unwrap()).await.unwrap();
    store.head(alice.unwrap().key).await.unwrap().rev
}

#[tokio::test]
async fn a_locked_database_refuses_writes_until_it_is_free() {
    for how in ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"] {
        let folder = tempfile::tempdir().unwrap();
        let store =
            open(&StoreConfig { busy_timeout: Duration::from_millis(50), ..config(&folder) });
        store.append(hello("alice")).await.unwrap();
        let mut other = locked(&folder, how);
        for _ in 0..3 {
            let refused = store.append(hello("alice")).await;
            assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        }
        assert!(matches!(store.health().await, Err(StoreError::Unavailable(_))));
        store.ping().await.unwrap();
        assert_eq!(revision(&store).await, Rev::new(1), "reading goes on");

        other.batch_execute("COMMIT").unwrap();
        store.health().await.unwrap();
        store.append(hello("alice")).await.unwrap();
        assert_eq!(revision(&store).await, Rev::new(2));
    }
}

#[tokio::test]
async fn whoever_waits_behind_a_lock_waits_for_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let store =
        Arc::new(open(&StoreConfig { busy_timeout: Duration::from_secs(2), ..config(&folder) }));
    let _other = locked(&folder, "BEGIN IMMEDIATE");
    let sends: Vec<_> = (0..100)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.append(hello("alice")).await })
        })
        .collect();
    // one after the other they would wait for 200 s
    let all = async {
        for send in sends {
            assert!(send.await.unwrap().is_err());
        }
    };
    tokio::time::timeout(Duration::from_secs(60), all).await.unwrap();
}

#[tokio::test]
async fn what_the_queue_does_not_take_is_refused_at_once_and_the_rest_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let store =
        open(&StoreConfig { queue: 4, busy_timeout: Duration::from_secs(600), ..config(&folder) });
    let mut other = locked(&folder, "BEGIN IMMEDIATE");
    let (mut waiting, mut overloaded) = (Vec::new(), 0);
    for _ in 0..20 {
        let mut send = Box::pin(store.append(hello("alice")));
        let polled = std::future::poll_fn(|context| Poll::Ready(send.as_mut().poll(context)));
        match polled.await {
            Poll::Pending => waiting.push(send),
            Poll::Ready(Err(StoreError::Overloaded)) => overloaded += 1,
            Poll::Ready(other) => panic!("neither queued nor overloaded: {other:?}"),
        }
    }
    assert!((4..=5).contains(&waiting.len()), "a queue of 4, and one under way");
    assert_eq!(waiting.len() + overloaded, 20);
    other.batch_execute("COMMIT").unwrap();
    let taken = i64::try_from(waiting.len()).unwrap();
    for send in waiting {
        send.await.unwrap();
    }
    assert_eq!(revision(&store).await, Rev::new(taken));
}

#[tokio::test]
async fn the_log_starts_anew_under_load() {
    const SENDS: usize = 6_000;
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&config(&folder)));
    let object = serde_json::json!({ "filling": "x".repeat(15_000) });
    let data = Data::from_object(object.as_object().unwrap()).unwrap();
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let (store, data) = (store.clone(), data.clone());
            tokio::spawn(async move {
                for _ in 0..SENDS / 32 {
                    let content =
                        Content { data: data.clone(), ..Content::of("hello".parse().unwrap()) };
                    store.append(append("alice", content)).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let size = |suffix: &str| {
        let file = std::fs::metadata(format!("{}{suffix}", path(&folder)));
        file.unwrap().len() >> 20
    };
    assert!(size("-wal") < 48, "{} MiB", size("-wal"));
    store.close().await;
    assert!(size("") > 90, "{} MiB were written", size(""));
}

//! Opening, closing, and opening again.
#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

mod common;
#[path = "common/sending.rs"]
mod sending;

use std::sync::Arc;

use common::{config, path};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use herald_domain::{Rev, SessionId};
use herald_ports::{
    Accepted, Append, Idempotency, InboxStore, NewSession, NotificationStore, Resync, SessionStore,
    StoreError, SystemRandom, UserStore,
};
use herald_store_diesel::{DieselStore, OpenError, StoreConfig};
use sending::{NOW, hello};

fn open(config: &StoreConfig) -> DieselStore {
    DieselStore::open(config, &SystemRandom).unwrap()
}

#[tokio::test]
async fn everything_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let idempotency = Idempotency { key: [7; 16], fingerprint: [1; 16] };
    let append = Append { idempotency: Some(idempotency), ..hello("alice") };
    let store = open(&config(&folder));
    let epoch = store.epoch();
    let Accepted::Fresh(outcomes, ..) = store.append(append).await.unwrap() else {
        panic!("nothing was sent before");
    };
    let alice = store.by_id("alice".parse().unwrap()).await.unwrap().unwrap();
    let session = NewSession {
        id: SessionId::new("laptop"),
        user: alice.key,
        refresh: [1; 32],
        refresh_expires_at: NOW,
        now: NOW,
    };
    SessionStore::open(&store, session).await.unwrap();
    let page = |store: Arc<DieselStore>| async move {
        let position = herald_ports::Position::Cursor(None);
        store.page(alice.key, Default::default(), position, 10).await
    };
    let store = Arc::new(store);
    let before = page(store.clone()).await.unwrap();
    drop(store); // without closing it: what was answered is on the disk

    let store = Arc::new(open(&config(&folder)));
    assert_eq!(store.epoch(), epoch);
    assert_eq!(page(store.clone()).await.unwrap(), before);
    assert!(store.is_live(SessionId::new("laptop")).await.unwrap());
    match store.replay(idempotency).await.unwrap() {
        Some(Accepted::Replayed(replayed)) => assert_eq!(replayed, outcomes),
        other => panic!("not replayed: {other:?}"),
    }
    store.close().await;
}

#[tokio::test]
async fn two_databases_have_two_epochs() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert_ne!(open(&config(&one)).epoch(), open(&config(&two)).epoch());
}

#[tokio::test]
async fn one_database_has_one_epoch_however_often_it_is_opened_at_once() {
    // one round proves little: who is first at what is chance
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let config = config(&folder);
        let epochs: Vec<_> = std::thread::scope(|scope| {
            let open = || scope.spawn(|| open(&config).epoch());
            let threads: Vec<_> = (0..4).map(|_| open()).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(epochs.iter().all(|epoch| *epoch == epochs[0]), "{epochs:?}");
    }
}

#[tokio::test]
async fn closing_writes_what_is_queued_and_refuses_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&config(&folder));
    let mut sends: Vec<_> = (0..50).map(|_| Box::pin(store.append(hello("alice")))).collect();
    for send in &mut sends {
        // polled once, it is queued
        std::future::poll_fn(|context| {
            let _ = send.as_mut().poll(context);
            std::task::Poll::Ready(())
        })
        .await;
    }
    store.close().await;
    for send in sends {
        send.await.unwrap();
    }
    let late = store.append(hello("alice")).await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
    assert!(matches!(store.health().await, Err(StoreError::Unavailable(_))));
    store.ping().await.unwrap();
    let log = std::fs::metadata(format!("{}-wal", path(&folder))).unwrap();
    assert_eq!(log.len(), 0, "all of it is in the database file");
    drop(store);

    let store = open(&config(&folder));
    let alice = store.by_id("alice".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(store.head(alice.key).await.unwrap().rev, Rev::new(50));
}

#[test]
fn what_is_no_database_is_not_opened() {
    let open = |url: &str| DieselStore::open(&StoreConfig::new(url), &SystemRandom).err();
    for url in ["", "herald.db", "mysql://x", "sqlite:", "sqlite::memory:"] {
        assert!(matches!(open(url), Some(OpenError::Url)), "{url}");
    }
    let missing = open("sqlite:/nowhere/at/all/herald.db");
    assert!(matches!(missing, Some(OpenError::Connect(_))), "{missing:?}");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(path(&folder), "a letter, and no database at all").unwrap();
    assert!(open(&config(&folder).url).is_some());
}

#[tokio::test]
async fn a_damaged_row_is_told_by_table_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&config(&folder));
    store.append(hello("alice")).await.unwrap();
    let mut vandal = SqliteConnection::establish(&path(&folder)).unwrap();
    vandal.batch_execute("UPDATE users SET role = ''").unwrap();
    match store.by_id("alice".parse().unwrap()).await {
        Err(StoreError::Corrupt(why)) => assert!(why.starts_with("users.role: "), "{why}"),
        other => panic!("not corrupt: {other:?}"),
    }
}

#[tokio::test]
async fn a_position_before_what_was_pruned_is_answered_resync() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&config(&folder));
    for _ in 0..3 {
        store.append(hello("alice")).await.unwrap();
    }
    let alice = store.by_id("alice".parse().unwrap()).await.unwrap().unwrap();
    let mut pruner = SqliteConnection::establish(&path(&folder)).unwrap();
    pruner.batch_execute("UPDATE inbox_heads SET floor = 2").unwrap();
    let changes = |since| store.changes(alice.key, Rev::new(since), 10);
    assert_eq!(changes(1).await.unwrap().unwrap_err(), Resync::Pruned);
    assert_eq!(changes(2).await.unwrap().unwrap().items.len(), 1);
}

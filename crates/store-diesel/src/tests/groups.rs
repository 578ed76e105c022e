//! Writes share a commit, and nothing else.

use std::sync::Arc;
use std::sync::mpsc::channel;

use diesel::prelude::*;
use herald_ports::{StoreError, UserStore};

use super::fixtures::{NOW, store};
use crate::DieselStore;
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::schema::users;
use crate::users::create;

type Work = fn(&mut Conn) -> Result<(), Failure>;

/// Holds the writer back until all of `works` are queued, so that they share a commit, and answers
/// what became of each.
async fn in_one_group<const N: usize>(
    store: &Arc<DieselStore>,
    works: [Work; N],
) -> [Result<(), StoreError>; N] {
    let (open, gate) = channel::<()>();
    let held = store.clone();
    let held = tokio::spawn(async move {
        let wait = move |_: &mut Conn| {
            // an error says that the gate was opened by dropping it
            let _ = gate.recv();
            Ok(())
        };
        held.write(wait).await
    });
    let tasks = works.map(|work| {
        let store = store.clone();
        tokio::spawn(async move { store.write(work).await })
    });
    // this runtime has one thread: when it comes back, every task has queued its write
    tokio::task::yield_now().await;
    drop(open);
    held.await.unwrap().unwrap();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers.try_into().unwrap()
}

fn add(conn: &mut Conn, id: &str) -> Result<(), Failure> {
    create(conn, &[id.parse().unwrap()], NOW)
}

async fn exists(store: &DieselStore, id: &str) -> bool {
    store.by_id(id.parse().unwrap()).await.unwrap().is_some()
}

#[tokio::test]
async fn a_write_that_fails_leaves_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(store(&folder));
    let [before, failed, after] = in_one_group(
        &store,
        [
            |conn| add(conn, "before"),
            |conn| {
                add(conn, "undone")?;
                add(conn, "before") // there already
            },
            |conn| add(conn, "after"),
        ],
    )
    .await;
    assert!(before.is_ok() && after.is_ok());
    assert!(matches!(failed, Err(StoreError::Corrupt(_))), "{failed:?}");
    assert!(exists(&store, "before").await && exists(&store, "after").await);
    assert!(!exists(&store, "undone").await);
}

#[tokio::test]
async fn a_write_that_panics_leaves_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(store(&folder));
    let [panicked, after] = in_one_group(
        &store,
        [
            |conn| {
                add(conn, "undone")?;
                panic!("a mistake in one write");
            },
            |conn| add(conn, "after"),
        ],
    )
    .await;
    assert!(matches!(panicked, Err(StoreError::Corrupt(_))));
    assert!(after.is_ok());
    assert!(!exists(&store, "undone").await && exists(&store, "after").await);
    store.health().await.unwrap();
}

#[tokio::test]
async fn a_write_nobody_waits_for_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let mut write = Box::pin(store.write(|conn| add(conn, "alice")));
    // polled once, the write is queued
    let queued = std::future::poll_fn(|context| {
        std::task::Poll::Ready(write.as_mut().poll(context).is_pending())
    });
    queued.await;
    drop(write);
    store.health().await.unwrap(); // behind it in the queue
    assert!(exists(&store, "alice").await);
}

#[tokio::test]
async fn a_broken_connection_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let ended = store.write(|conn| {
        // behind the back of whoever counts transactions
        on_conn!(conn, c => diesel::sql_query("ROLLBACK").execute(c))?;
        Ok(())
    });
    assert!(ended.await.is_err());
    store.write(|conn| add(conn, "alice")).await.unwrap();
    let count: i64 = store
        .read(|conn| Ok(on_conn!(conn, c => users::table.count().get_result(c))?))
        .await
        .unwrap();
    assert_eq!(count, 1);
}

#[tokio::test]
async fn what_can_wait_lets_others_go_first() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(store(&folder));
    let (open, gate) = channel::<()>();
    let (ran, order) = channel();
    let held = store.clone();
    let held = tokio::spawn(async move {
        let wait = move |_: &mut Conn| {
            let _ = gate.recv();
            Ok(())
        };
        held.write_background(wait).await
    });
    let mut tasks = Vec::new();
    for (nth, is_background) in [true, false, true, false].into_iter().enumerate() {
        let (store, ran) = (store.clone(), ran.clone());
        let note = move |_: &mut Conn| {
            let _ = ran.send(nth);
            Ok(())
        };
        tasks.push(tokio::spawn(async move {
            if is_background { store.write_background(note).await } else { store.write(note).await }
        }));
    }
    tokio::task::yield_now().await;
    drop(open);
    held.await.unwrap().unwrap();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    drop(ran);
    assert_eq!(order.into_iter().collect::<Vec<_>>(), [1, 3, 0, 2]);
}

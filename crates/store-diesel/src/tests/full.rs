//! A full disk refuses writes, and nothing else.

use diesel::connection::SimpleConnection;
use herald_domain::NotificationId;
use herald_ports::{Accepted, NotificationStore, Outcome, StoreError, UserStore};

use super::fixtures::{append, store};
use crate::DieselStore;
use crate::conn::on_conn;

/// Lets the database grow no further than to so many pages; SQLite never goes below what there is.
async fn limit(store: &DieselStore, pages: u32) {
    let limited = store.write(move |conn| {
        let pragma = format!("PRAGMA max_page_count = {pages}");
        Ok(on_conn!(conn, c => c.batch_execute(&pragma))?)
    });
    limited.await.unwrap();
}

async fn send(store: &DieselStore, message: &str) -> Result<NotificationId, StoreError> {
    match store.append(append(&["alice"], message)).await? {
        Accepted::Fresh(outcomes, ..) => match &outcomes[..] {
            [Outcome::Sent(receipt)] => Ok(receipt.id),
            other => panic!("not sent: {other:?}"),
        },
        other => panic!("not fresh: {other:?}"),
    }
}

#[tokio::test]
async fn a_full_disk_refuses_writes_until_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let mut last = send(&store, "first").await.unwrap();
    limit(&store, 1).await;
    let long = "x".repeat(4_000);
    let refused = loop {
        match send(&store, &long).await {
            Ok(id) => last = id,
            Err(refused) => break refused,
        }
    };
    assert!(matches!(refused, StoreError::Full), "{refused:?}");

    assert!(store.sent(last).await.unwrap().is_some(), "reading goes on");
    let alice = store.by_id("alice".parse().unwrap()).await.unwrap();
    assert!(alice.is_some());

    limit(&store, 1_000_000).await;
    assert!(send(&store, &long).await.unwrap() > last);
}

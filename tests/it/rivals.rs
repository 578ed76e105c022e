//! Faults that another inbox was found to have, and that this one must not.

use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{Client, Rng, Server};

#[tokio::test(flavor = "multi_thread")]
async fn overlapping_audiences_do_not_wait_for_each_other() {
    let server = Server::start().await;
    let service = server.service().await;
    let mut rng = Rng::new();
    let mut senders = JoinSet::new();
    for _ in 0..16 {
        let (address, token) = (service.address, service.token.clone());
        let mut rng = rng.fork();
        senders.spawn(async move {
            let client = Client::new(address, token.as_deref());
            for _ in 0..15 {
                let users: Vec<_> = (0..100).map(|_| format!("u{}", rng.below(300))).collect();
                let body = json!({"to": {"users": users}, "message": "hello"});
                client.post("/api/v1/notifications", &body).await.expect(201);
            }
        });
    }
    while let Some(done) = senders.join_next().await {
        done.unwrap();
    }
    let client = server.user("u7");
    let count = client.count().await;
    assert_eq!(count["rev"], count["unread"], "each is an item of its own");
    assert_eq!(count["unread"], client.everything().await.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_during_a_read_all_is_read_or_counted() {
    let server = Server::start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    for round in 0..20 {
        let sends = async {
            for nth in 0..5 {
                service.tell("alice", &format!("{round} {nth}")).await;
            }
        };
        let reads = async {
            for _ in 0..5 {
                alice.post("/api/v1/notifications/read-all", &json!({})).await.expect(200);
            }
        };
        tokio::join!(sends, reads);
        let items = alice.everything().await;
        let unread = items.iter().filter(|item| item["read_at"].is_null()).count();
        assert_eq!(alice.count().await["unread"], unread, "in round {round}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_sender_does_not_keep_others_waiting() {
    let server = Server::start().await;
    let service = server.service().await;
    let batch: Vec<_> = (0..1_000)
        .map(|nth| json!({"to": {"user": format!("crowd-{}", nth % 50)}, "message": "flood"}))
        .collect();
    let batch = json!({"notifications": batch});
    let mut flood = JoinSet::new();
    for _ in 0..4 {
        let (client, batch) = (service.clone(), batch.clone());
        flood.spawn(async move {
            for _ in 0..3 {
                client.post("/api/v1/notifications/batch", &batch).await.expect(200);
            }
        });
    }
    let alice = server.user("alice");
    let mut answered = 0;
    // as long as the flood lasts, somebody else is answered, too
    while flood.try_join_next().is_none() {
        alice.tell("alice", "note to self").await;
        answered += 1;
    }
    assert!(answered > 1, "answered only after the flood");
    while let Some(done) = flood.join_next().await {
        done.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_may_start_on_a_new_database_at_once() {
    let builder = Server::builder().unset("HERALD_ADMIN_USERNAME").unset("HERALD_ADMIN_PASSWORD");
    let (one, other) = tokio::join!(builder.clone().start(), builder.start());
    let (mine, theirs) = (one.user("alice"), other.user("alice"));
    mine.tell("alice", "by one").await;
    theirs.tell("alice", "by the other").await;
    assert_eq!(mine.everything().await, theirs.everything().await);
    assert_eq!(mine.everything().await.len(), 2);
}

use std::collections::BTreeSet;

use serde_json::json;
use tokio::time::{Duration, timeout};

use super::{SEND, reading_goes_on, refused};
use crate::support::{Answer, Client, Raw, Server};

/// More than may wait for the writer.
const CROWD: usize = 4_600;

/// Keeps the writer busy for some seconds: every job is one transaction to thousands of inboxes.
async fn occupy(service: &Client) {
    let users: Vec<String> = (0..100).map(|nth| format!("u{nth}")).collect();
    let draft = json!({"to": {"users": users}, "message": "x"});
    let batch = json!({"notifications": vec![draft; 300]});
    for _ in 0..6 {
        let (service, batch) = (service.clone(), batch.clone());
        tokio::spawn(async move { service.post("/api/v1/notifications/batch", &batch).await });
    }
    // until the writer does not come to anything else
    let ready = || timeout(Duration::from_millis(300), service.get("/readyz"));
    while ready().await.is_ok() {}
}

/// Sends over a connection of its own, which is all that a crowd needs.
async fn send(service: &Client, nth: usize) -> Answer {
    let body = json!({"to": {"user": "alice"}, "message": format!("{nth}")}).to_string();
    let mut connection = Raw::open(service.address).await;
    let token = format!("Bearer {}", service.token.as_deref().unwrap());
    let (key, length) = (nth.to_string(), body.len().to_string());
    let headers = [
        ("Authorization", token.as_str()),
        ("Idempotency-Key", &key),
        ("Content-Type", "application/json"),
        ("Content-Length", &length),
    ];
    connection.request(&format!("POST {SEND}"), &headers).await;
    connection.send(body).await;
    connection.answer().await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_can_wait_is_refused_at_once_and_nothing_is_lost() {
    let server = Server::builder().keep_everything().start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    service.tell("alice", "before").await;
    let mut socket = alice.socket().await;
    socket.next_of("hello").await;
    occupy(&service).await;
    let crowd: Vec<_> = (0..CROWD)
        .map(|nth| {
            let service = service.clone();
            tokio::spawn(async move { send(&service, nth).await })
        })
        .collect();
    reading_goes_on(&alice, &mut socket).await;
    let mut ids = BTreeSet::new();
    let mut turned_away = Vec::new();
    for (nth, task) in crowd.into_iter().enumerate() {
        let answer = task.await.unwrap();
        if answer.status == 201 {
            assert!(ids.insert(answer.json["id"].as_i64().unwrap()));
        } else {
            refused(answer, 503, "unavailable");
            turned_away.push(nth);
        }
    }
    assert!(!turned_away.is_empty(), "the queue was never full");
    assert!(!ids.is_empty(), "nothing was taken");
    // whoever was turned away comes again, with the same key
    for nth in turned_away {
        assert!(ids.insert(send(&service, nth).await.expect(201).json["id"].as_i64().unwrap()));
    }
    alice.get("/readyz").await.expect(200);
    let there = alice.everything().await;
    assert_eq!(there.len(), CROWD + 1);
    let there: BTreeSet<_> = there.iter().map(|item| item["id"].as_i64().unwrap()).collect();
    assert!(ids.is_subset(&there));
}

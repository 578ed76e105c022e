//! What does not stay for ever.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::support::{Client, Copy, Device, Server, eventually};

/// Sends something that expires at that moment; the notification's number.
async fn send(service: &Client, users: &[&str], expires_at: Timestamp) -> i64 {
    let body = json!({
        "to": {"users": users}, "message": "brief", "expires_at": expires_at.to_string(),
    });
    let answer = service.post("/api/v1/notifications", &body).await.expect(201);
    answer.json["id"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_expired_disappears_everywhere() {
    let server = Server::start().await;
    let (service, alice, bob) = (server.service().await, server.user("alice"), server.user("bob"));
    let mut devices = [Device::with_socket(&alice).await, Device::with_socket(&bob).await];
    let stays = service.tell("alice", "lasting").await;
    let expires_at = Timestamp::now() + Duration::from_secs(2);
    let id = send(&service, &["alice", "bob"], expires_at).await;
    for device in &mut devices {
        while !device.copy.items.contains_key(&id) {
            device.hear().await;
        }
        let removal = device.hear().await;
        assert!(Timestamp::now() >= expires_at, "not before its time");
        assert_eq!((&removal["type"], &removal["deleted"]), (&json!("changed"), &json!([id])));
        assert_eq!(removal["items"], json!([]));
    }
    for (client, device) in [&alice, &bob].into_iter().zip(&devices) {
        client.get(&format!("/api/v1/notifications/{id}")).await.expect_problem(404, "not_found");
        let truth = Copy::of(client).await;
        truth.check_counts();
        assert_eq!(device.copy, truth);
    }
    assert!(devices[0].copy.items.keys().eq([&stays]));

    // its sender may still look at it, and a device that was away hears of the removal
    let sent = service.get(&format!("/api/v1/notifications/{id}")).await.expect(200);
    assert_eq!(sent.json["recipients"], 2);
    let changes = alice.get("/api/v1/notifications/changes?since=2").await.expect(200).json;
    assert_eq!(changes["deleted"], json!([id]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_keeps_as_much_as_the_operator_says() {
    let builder = Server::builder().set("HERALD_RETENTION_MAX_ITEMS", "3");
    let server = builder.set("HERALD_RETENTION_MAX_DAYS", "1").start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    for nth in 0..5 {
        service.tell("alice", &format!("number {nth}")).await;
    }
    assert_eq!(alice.everything().await.len(), 5, "what is accepted is there at once");
    // the first look is at the start; a server that is started again need not be waited for
    let server = server.kill_and_restart().await;
    let alice = server.user("alice");
    eventually("the oldest go", || async { alice.everything().await.len() == 3 }).await;
    let left: Vec<Value> =
        alice.everything().await.into_iter().map(|item| item["message"].clone()).collect();
    assert_eq!(left, ["number 4", "number 3", "number 2"]);
    let truth = Copy::of(&alice).await;
    truth.check_counts();
    assert_eq!(truth.rev, 6, "one revision for what went");
}

//! "Pack 23: Real-Time Notifications": seeds/004.

use serde_json::{Value, json};

use crate::dialects::{assert_naive, newcomer, printed, timeless};
use crate::support::{Client, Server};

const CREATE: &str = "/api/notifications/create";

fn order() -> Value {
    printed(r#"{"user_id": "user_123", "content": "Your order has been shipped!"}"#)
}

async fn unread(client: &Client, user: &str) -> Value {
    client.get(&format!("/api/notifications/unread-count/{user}")).await.expect(200).json
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_of_the_page() {
    let server = Server::start().await;
    let (shop, user) = (server.service().await, server.user("user_123"));
    let support = json!({"user_id": "user_123", "content": "New message from support"});
    for body in [support, order()] {
        let created = shop.post(CREATE, &body).await.expect(200).json;
        let expected = json!({
            "user_id": "user_123", "content": body["content"], "is_read": false,
        });
        assert_eq!(timeless(created, "timestamp"), expected);
    }
    let count = unread(&user, "user_123").await;
    assert_eq!(count, json!({"user_id": "user_123", "unread_count": 2}));
    let done = user.post("/api/notifications/mark-read/user_123/1", &json!({})).await;
    let expected = printed(r#"{ "ok": true, "message": "Notification marked as read" }"#);
    assert_eq!(done.expect(200).json, expected);
    assert_eq!(unread(&user, "user_123").await["unread_count"], 1);
    for path in ["/api/notifications/list", "/api/notifications/list?user_id=user_123&limit=20"] {
        let list = user.get(path).await.expect(200).json;
        let shown = list.as_array().unwrap();
        shown.iter().for_each(|item| assert_naive(&item["timestamp"]));
        let brief: Vec<_> =
            shown.iter().map(|item| (item["content"].clone(), item["is_read"].clone())).collect();
        let expected = [
            (json!("Your order has been shipped!"), json!(false)),
            (json!("New message from support"), json!(true)),
        ];
        assert_eq!(brief, expected);
    }
    let read = user.request("POST", "/api/notifications/mark-read/user_123/0");
    user.send(read).await.expect(200);
    assert_eq!(unread(&user, "user_123").await["unread_count"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_is_its_owners() {
    let server = Server::start().await;
    let (admin, user) = (server.admin().await, server.user("user_123"));
    admin.post(CREATE, &order()).await.expect(200);
    for stranger in [&admin, &server.user("user_124")] {
        for path in ["list?user_id=user_123", "unread-count/user_123"] {
            let path = format!("/api/notifications/{path}");
            stranger.get(&path).await.expect_problem(404, "not_found");
        }
        let read = "/api/notifications/mark-read/user_123/0";
        stranger.post(read, &json!({})).await.expect_problem(404, "not_found");
    }
    server.user("user_124").post(CREATE, &order()).await.expect_problem(403, "forbidden");
    let read = |index: &str| format!("/api/notifications/mark-read/user_123/{index}");
    user.post(&read("1"), &json!({})).await.expect_problem(404, "not_found");
    for bad in ["-1", "x", "4294967296"] {
        let refused = user.post(&read(bad), &json!({})).await.expect_problem(422, "validation");
        assert_eq!(refused.json["errors"][0]["field"], "index");
    }
    assert_eq!(unread(&user, "user_123").await["unread_count"], 1);
    for (body, field) in [
        (json!({"user_id": "user_123", "content": ""}), "content"),
        (json!({"user_id": "", "content": "hello"}), "user_id"),
        (json!({"content": "hello"}), "user_id"),
    ] {
        let refused = admin.post(CREATE, &body).await.expect_problem(422, "validation").json;
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    let (alice, id) = newcomer(&server, "alice").await;
    let body = json!({"user_id": id, "content": "hello"});
    assert_eq!(alice.post(CREATE, &body).await.expect(200).json["user_id"], id);
    assert_eq!(unread(&alice, &id.to_string()).await["user_id"], id);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_memory_the_last_thousand_are_kept_at_once() {
    let server = Server::builder().set("HERALD_DATABASE_URL", "memory:").start().await;
    let (admin, user) = (server.admin().await, server.user("user_123"));
    let all: Vec<_> = (0..1_000)
        .map(|nth| json!({"to": {"user": "user_123"}, "message": format!("message {nth}")}))
        .collect();
    let batch = json!({"notifications": all});
    admin.post("/api/v1/notifications/batch", &batch).await.expect(200);
    for _ in 0..2 {
        admin.post(CREATE, &order()).await.expect(200);
    }
    let list = user.get("/api/notifications/list?limit=1000").await.expect(200).json;
    let contents: Vec<_> =
        list.as_array().unwrap().iter().map(|item| item["content"].as_str().unwrap()).collect();
    assert_eq!(contents.len(), 1_000);
    assert_eq!((contents[1], contents[999]), ("Your order has been shipped!", "message 2"));
    assert_eq!(unread(&user, "user_123").await["unread_count"], 1_000);
    let usual = user.get("/api/notifications/list").await.expect(200).json;
    assert_eq!(usual.as_array().unwrap().len(), 50);
}

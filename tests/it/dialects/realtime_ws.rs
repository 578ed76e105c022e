//! "Real-time WebSocket Notification System": seeds/001.

use serde_json::json;

use crate::dialects::{listen, newcomer, printed};
use crate::support::{Client, Server, eventually};

const SEND: &str = "/api/notifications/send";

/// As the page has it: `admin` with the password `password`.
async fn server_and_admin() -> (Server, Client) {
    let server = Server::builder().set("HERALD_ADMIN_PASSWORD", "password").start().await;
    let body = printed(
        r#"{
       "username": "admin",
       "password": "password"
     }"#,
    );
    let login = server.anonymous().post("/api/auth/login", &body).await.expect(200).json;
    let token = login["access_token"].as_str().unwrap().to_owned();
    assert_eq!(login, json!({"access_token": token, "token_type": "bearer"}));
    let admin = server.with_token(&token);
    (server, admin)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_test_notification_of_the_page_reaches_everybody() {
    let (server, admin) = server_and_admin().await;
    let (alice, _) = newcomer(&server, "alice").await;
    let mut sockets = [listen(&admin, "/api/ws").await, listen(&alice, "/api/ws").await];
    let body = printed(
        r#"{
       "title": "Test Notification",
       "message": "This is a test notification!",
       "priority": "high",
       "category": "test"
     }"#,
    );
    let sent = admin.post(SEND, &body).await.expect(200).json;
    assert_eq!(sent, json!({"message": "Notification sent successfully"}));
    for socket in &mut sockets {
        let frame = socket.next().await;
        let expected = json!({
            "type": "notification", "id": frame["id"], "title": "Test Notification",
            "message": "This is a test notification!", "priority": "high", "category": "test",
            "kind": "info", "topic": null, "timestamp": frame["timestamp"], "read": false,
        });
        assert_eq!(frame, expected);
        assert!(frame["id"].is_i64() && frame["timestamp"].is_string(), "{frame}");
    }
    assert_eq!(alice.count().await["unread"], 1, "it is kept for those who are away, too");
}

#[tokio::test(flavor = "multi_thread")]
async fn heartbeats_are_answered_and_acks_mark_as_seen() {
    let (server, admin) = server_and_admin().await;
    let (alice, _) = newcomer(&server, "alice").await;
    let mut socket = listen(&alice, "/api/ws").await;
    socket.say(json!({"type": "heartbeat"})).await;
    assert_eq!(socket.next().await, json!({"type": "heartbeat_ack"}));
    admin.post(SEND, &json!({"message": "hello"})).await.expect(200);
    let id = socket.next().await["id"].clone();
    socket.say(json!({"type": "ack", "id": id})).await;
    let counts = async |unread: i64, unseen: i64| {
        let count = alice.count().await;
        count["unread"] == unread && count["unseen"] == unseen
    };
    eventually("it is seen", || counts(1, 0)).await;
    socket.say(json!({"type": "read", "id": id})).await;
    eventually("it is read", || counts(0, 0)).await;
    // neither is answered
    socket.say(json!({"type": "heartbeat"})).await;
    assert_eq!(socket.next().await, json!({"type": "heartbeat_ack"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_priority_may_be_a_kind_and_only_administrators_send_to_everybody() {
    let (server, admin) = server_and_admin().await;
    let (alice, _) = newcomer(&server, "alice").await;
    let mut socket = listen(&alice, "/api/ws").await;
    for (priority, expected) in [
        ("low", ("low", "info")),
        ("medium", ("medium", "info")),
        ("critical", ("critical", "info")),
        ("info", ("medium", "info")),
        ("success", ("medium", "success")),
        ("warning", ("medium", "warning")),
        ("error", ("medium", "error")),
    ] {
        let body = json!({"title": "t", "message": "m", "priority": priority, "topic": "news"});
        admin.post(SEND, &body).await.expect(200);
        let frame = socket.next().await;
        assert_eq!((&frame["priority"], &frame["kind"]), (&json!(expected.0), &json!(expected.1)));
        assert_eq!(frame["topic"], "news");
    }
    alice.post(SEND, &json!({"message": "hello"})).await.expect_problem(403, "forbidden");
    for (body, field) in [
        (json!({"message": "m", "priority": "urgent"}), "priority"),
        (json!({"title": "t"}), "message"),
        (json!({"message": "m", "category": "a b"}), "category"),
        (json!({"message": "m", "user_id": 1}), "user_id"),
    ] {
        let refused = admin.post(SEND, &body).await.expect_problem(422, "validation").json;
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
}

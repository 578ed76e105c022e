//! "Notification Service Backend": seeds/003.

use serde_json::json;

use crate::dialects::{newcomer, printed};
use crate::support::{Server, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn the_example_of_the_page_is_sent_and_fetched() {
    let server = Server::start().await;
    let (service, user) = (server.service().await, server.user("user123"));
    let mut expected = Vec::new();
    for notif_type in ["email", "sms", "in_app"] {
        let mut body = printed(
            r#"{
"user_id": "user123",
"notif_type": "email",
"content": "Welcome to the platform!"
}"#,
        );
        body["notif_type"] = json!(notif_type);
        let sent = service.post("/notifications/", &body).await.expect(200).json;
        assert!(sent["id"].is_i64(), "{sent}");
        let status = if notif_type == "in_app" { "sent" } else { "pending" };
        (body["id"], body["status"]) = (sent["id"].clone(), json!(status));
        assert_eq!(sent, body);
        // the sandbox takes it, though the user has neither an address nor a telephone
        body["status"] = json!("sent");
        expected.insert(0, body);
    }
    eventually("all of it is sent", async || {
        let list = user.get("/users/user123/notifications").await.expect(200).json;
        list == json!(expected)
    })
    .await;
    let list = user.get("/users/user123/notifications?page=2&limit=2").await.expect(200).json;
    assert_eq!(list, json!(expected[2..]));
    let server = server.kill_and_restart().await;
    let user = server.user("user123");
    let list = user.get("/users/user123/notifications").await.expect(200).json;
    assert_eq!(list, json!(expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_fetches_their_own_and_numbers_stay_numbers() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (alice, id) = newcomer(&server, "alice").await;
    let body = json!({"user_id": id, "notif_type": "in_app", "content": "hello"});
    let sent = alice.post("/notifications/", &body).await.expect(200).json;
    assert_eq!(sent["user_id"], id);
    alice.tell(&id.to_string(), "by another way").await;
    let path = format!("/users/{id}/notifications");
    let list = alice.get(&path).await.expect(200).json;
    assert_eq!((&list[0]["notif_type"], &list[0]["user_id"]), (&json!("in_app"), &id));
    assert_eq!(list[1], sent);
    for stranger in [&admin, &server.user("bob")] {
        stranger.get(&path).await.expect_problem(404, "not_found");
    }
    let bob = server.user("bob");
    bob.post("/notifications/", &body).await.expect_problem(403, "forbidden");
    for (member, value, field) in [
        ("notif_type", json!("fax"), "notif_type"),
        ("content", json!(""), "content"),
        ("user_id", json!("a b"), "user_id"),
    ] {
        let mut body = body.clone();
        body[member] = value;
        let refused =
            admin.post("/notifications/", &body).await.expect_problem(422, "validation").json;
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    admin.post("/notifications", &body).await.expect_problem(405, "method_not_allowed");
}

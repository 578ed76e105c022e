//! "Realtime WebSocket Notification Backend": seeds/002.

use serde_json::{Value, json};

use crate::dialects::{listen, newcomer, printed, timeless};
use crate::support::{Client, Server, eventually};

/// The three broadcasts of the page: where to, the title, the message, the kind, the topic, and how
/// the answer names the target.
const BROADCASTS: [(&str, &str, &str, &str, &str, &str); 3] = [
    (
        "/api/broadcast/company/company_a/role/user",
        "User Update",
        "New features are available for Company A users",
        "info",
        "new_features",
        "role user of company company_a",
    ),
    (
        "/api/broadcast/role/admin",
        "Admin Alert",
        "System maintenance will be performed tonight",
        "warning",
        "system_maintenance",
        "role admin",
    ),
    (
        "/api/broadcast/company/company_a",
        "Announcement for Company A",
        "This is a special announcement for all Company A employees",
        "info",
        "company_announcement",
        "company company_a",
    ),
];

const ID: &str = "notif_1746245726.463395";

/// An envelope as the page prints all of them.
fn envelope(title: &str, message: &str, kind: &str, topic: &str) -> Value {
    let mut envelope = printed(
        r#"{
         "id": "notif_1746245726.463395",
         "type": "notification",
         "payload": {
             "id": "notif_1746245726.463395",
             "title": "User Update",
             "message": "New features are available for Company A users",
             "type": "info",
             "created_at": "2025-05-03T11:15:26.463425",
             "read": false,
             "data": {
                 "topic": "new_features"
             }
         }
     }"#,
    );
    let payload = &mut envelope["payload"];
    (payload["title"], payload["message"]) = (json!(title), json!(message));
    (payload["type"], payload["data"]["topic"]) = (json!(kind), json!(topic));
    envelope
}

/// The same without its time, which is when Herald accepted it.
fn timeless_envelope(mut envelope: Value) -> Value {
    envelope["payload"] = timeless(envelope["payload"].clone(), "created_at");
    envelope
}

/// Somebody of the company `company_a`.
async fn employee(server: &Server, admin: &Client, name: &str) -> (Client, Value) {
    let (_, id) = newcomer(server, name).await;
    let path = format!("/api/v1/admin/users/{id}");
    admin.patch(&path, &json!({"company": "company_a"})).await.expect(200);
    // rights changed, so that the login before ended
    (server.login(name, "correct horse").await, id)
}

async fn list(client: &Client, id: &Value) -> Vec<Value> {
    let list = client.get(&format!("/api/notifications/{id}")).await.expect(200).json;
    list.as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_broadcasts_of_the_page_reach_whom_they_name() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let me = admin.get("/api/v1/me").await.expect(200).json["id"].clone();
    let me: Value = me.as_str().unwrap().parse::<i64>().unwrap().into();
    let (alice, alices) = employee(&server, &admin, "alice").await;
    let (bob, bobs) = newcomer(&server, "bob").await;
    let mut at_alice = listen(&alice, "/ws/notifications").await;
    let mut at_admin = listen(&admin, "/ws/notifications").await;
    for (path, title, message, kind, topic, target) in BROADCASTS {
        let envelope = envelope(title, message, kind, topic);
        for _ in 0..2 {
            let answer = admin.post(path, &envelope).await.expect(200).json;
            let message = format!("Message broadcasted to {target}");
            assert_eq!(answer, json!({"status": "success", "message": message}));
        }
        let socket = if path.contains("admin") { &mut at_admin } else { &mut at_alice };
        assert_eq!(timeless_envelope(socket.next().await), timeless_envelope(envelope));
    }
    assert_eq!(list(&bob, &bobs).await, [] as [Value; 0]);
    let titles = |items: Vec<Value>| -> Vec<Value> {
        items.into_iter().map(|item| item["title"].clone()).collect()
    };
    assert_eq!(titles(list(&admin, &me).await), ["Admin Alert"]);
    let items = list(&alice, &alices).await;
    assert_eq!(titles(items.clone()), ["Announcement for Company A", "User Update"]);
    let (_, title, message, kind, topic, _) = BROADCASTS[0];
    let first = envelope(title, message, kind, topic)["payload"].clone();
    assert_eq!(timeless(items[1].clone(), "created_at"), timeless(first, "created_at"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_is_sent_once_to_each_target_across_a_crash() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let path = "/api/broadcast/role/admin";
    let envelope = envelope("t", "m", "error", "not a topic");
    admin.post(path, &envelope).await.expect(200);
    let server = server.kill_and_restart().await;
    let admin = server.admin().await;
    admin.post(path, &envelope).await.expect(200);
    eventually("it has come", async || admin.count().await["unread"] == 1).await;
    let mut other = envelope.clone();
    other["payload"]["message"] = json!("something else");
    admin.post(path, &other).await.expect_problem(422, "idempotency_key_reused");
    // to another target it is another notification, and from another sender, too
    admin.post("/api/broadcast/company/company_a", &other).await.expect(200);
    server.service().await.post(path, &other).await.expect(200);
    eventually("the other has come", async || admin.count().await["unread"] == 2).await;
    let item = &admin.everything().await[1];
    assert_eq!((&item["kind"], &item["topic"]), (&json!("error"), &Value::Null));
    assert_eq!(item["data"]["topic"], "not a topic");
}

#[tokio::test(flavor = "multi_thread")]
async fn items_are_read_and_deleted_by_the_id_that_is_shown() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (alice, id) = employee(&server, &admin, "alice").await;
    let (path, title, message, kind, topic, _) = BROADCASTS[0];
    admin.post(path, &envelope(title, message, kind, topic)).await.expect(200);
    let body = json!({"title": "Sale", "message": "Today only", "priority": "info", "topic": "x"});
    let sent = admin.post("/api/notifications/send", &body).await.expect(200).json;
    assert_eq!(sent, json!({"message": "Notification sent successfully"}));
    eventually("both have come", async || alice.count().await["unread"] == 2).await;
    let items = list(&alice, &id).await;
    let number = items.iter().find(|item| item["title"] == "Sale").unwrap();
    assert!(number["id"].is_i64(), "{number}");
    assert_eq!((&number["type"], &number["data"]), (&json!("info"), &json!({"topic": "x"})));
    let ids = [number["id"].to_string(), ID.to_owned()];

    let read = json!({"status": "success", "message": "Notification marked as read"});
    let deleted = json!({"status": "success", "message": "Notification deleted"});
    for (nth, shown) in ids.iter().enumerate() {
        let path = format!("/api/notifications/{shown}");
        admin.delete(&path).await;
        assert_eq!(alice.put(&format!("{path}/read")).await.expect(200).json, read);
        assert_eq!(alice.count().await["unread"], 1 - nth as i64);
    }
    assert!(list(&alice, &id).await.iter().all(|item| item["read"] == true));
    for shown in &ids {
        let path = format!("/api/notifications/{shown}");
        assert_eq!(alice.delete(&path).await.expect(200).json, deleted);
        alice.delete(&path).await.expect_problem(404, "not_found");
        alice.put(&format!("{path}/read")).await.expect_problem(404, "not_found");
    }
    assert_eq!(list(&alice, &id).await, [] as [Value; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_hears_its_client() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let mut socket = listen(&admin, "/ws/notifications").await;
    socket.say(json!({"type": "heartbeat"})).await;
    assert_eq!(socket.next().await, json!({"type": "heartbeat_ack"}));
    let (path, title, message, kind, topic, _) = BROADCASTS[1];
    admin.post(path, &envelope(title, message, kind, topic)).await.expect(200);
    let shown = socket.next().await["id"].clone();
    assert_eq!(shown, ID);
    socket.say(json!({"type": "ack", "id": shown})).await;
    let unseen = async || admin.count().await["unseen"] == 0;
    eventually("it is seen", unseen).await;
    assert_eq!(admin.count().await["unread"], 1);
    socket.say(json!({"type": "read", "id": shown})).await;
    eventually("it is read", async || admin.count().await["unread"] == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (alice, _) = newcomer(&server, "alice").await;
    let good = envelope("t", "m", "info", "topic");
    let changed = |pointer: &str, value: Value| {
        let mut envelope = good.clone();
        *envelope.pointer_mut(pointer).unwrap() = value;
        envelope
    };
    for (body, field) in [
        (changed("/id", json!("")), "id"),
        (changed("/id", json!("n".repeat(256))), "id"),
        (changed("/type", json!("event")), "type"),
        (changed("/payload", json!([])), "payload"),
        (changed("/payload/type", json!("alert")), "payload.type"),
        (changed("/payload/message", json!("")), "payload.message"),
        (changed("/payload/title", json!("two\nlines")), "payload.title"),
        (changed("/payload/data", json!({"x": "x".repeat(17_000)})), "payload.data"),
    ] {
        let answer = admin.post("/api/broadcast/role/admin", &body).await;
        let refused = answer.expect_problem(422, "validation").json;
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    for (path, field) in
        [("company/a%20b", "company"), ("role/a%20b", "role"), ("company/a/role/a%20b", "role")]
    {
        let answer = admin.post(&format!("/api/broadcast/{path}"), &good).await;
        let refused = answer.expect_problem(422, "validation").json;
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    for (path, ..) in BROADCASTS {
        alice.post(path, &good).await.expect_problem(403, "forbidden");
    }
}

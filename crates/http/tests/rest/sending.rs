use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::support::{api, by};

const PATH: &str = "/api/v1/notifications";

fn keyed(key: &str, body: &str) -> TestRequest {
    by(Method::POST, PATH, "u/alice")
        .insert_header(("Idempotency-Key", key))
        .insert_header(("Content-Type", "application/json"))
        .set_payload(body.to_owned())
}

#[actix_web::test]
async fn what_was_answered_can_be_read() {
    let api = api().await;
    let admin = api.admin().await;
    let body = json!({
        "to": {"users": ["alice", "bob"]}, "title": "Build finished", "message": "main is green",
        "kind": "success", "priority": "high", "category": "ci", "topic": "releases",
        "data": {"run": 7}, "action_url": "/runs/7", "channels": ["in_app"], "send_at": null,
        "expires_at": "2999-01-01T00:00:00+01:00", "collapse_key": "build",
    });
    let reply = api.post(PATH, &admin, body).await;
    let location = reply.header("location").to_owned();
    let receipt = reply.expect(201);
    assert_eq!(receipt["state"], "delivered");
    assert_eq!(receipt["recipients"], 2);
    assert_eq!(location, format!("{PATH}/{}", receipt["id"]));

    let item = api.get(&location, "u/bob").await.expect(200);
    let expected = json!({
        "id": receipt["id"], "rev": 1, "title": "Build finished", "message": "main is green",
        "kind": "success", "priority": "high", "category": "ci", "topic": "releases",
        "data": {"run": 7}, "action_url": "/runs/7", "sender": admin.trim_start_matches("u/"),
        "created_at": receipt["created_at"], "expires_at": "2998-12-31T23:00:00.000000Z",
        "seen_at": null, "read_at": null, "archived_at": null,
    });
    assert_eq!(item, expected);
    let listed = api.get(PATH, "u/bob").await.expect(200);
    assert_eq!(listed["items"], json!([expected]));
}

#[actix_web::test]
async fn only_recipient_and_message_are_needed() {
    let api = api().await;
    let id = api.note("alice", "hello").await;
    let item = api.get(&format!("{PATH}/{id}"), "u/alice").await.expect(200);
    assert_eq!((&item["kind"], &item["priority"]), (&json!("info"), &json!("medium")));
    assert_eq!(item["data"], json!({}));
    for absent in ["title", "category", "topic", "action_url", "expires_at"] {
        assert_eq!(item.get(absent), Some(&Value::Null), "{absent}");
    }
}

#[actix_web::test]
async fn each_sees_what_is_theirs_to_see() {
    let api = api().await;
    let admin = api.admin().await;
    let body = json!({"to": {"user": "alice"}, "message": "hello"});
    let id = api.post(PATH, &admin, body).await.expect(201)["id"].clone();
    let path = format!("{PATH}/{id}");

    let sent = api.get(&path, &admin).await.expect(200);
    assert_eq!(
        (&sent["state"], &sent["recipients"], &sent["total"]),
        (&json!("delivered"), &json!(1), &json!(1))
    );
    assert!(sent.get("rev").is_none() && sent.get("read_at").is_none());

    let received = api.get(&path, "u/alice").await.expect(200);
    assert_eq!(received["rev"], 1);
    assert!(received.get("state").is_none());

    let own = api.note("alice", "to myself").await;
    let both = api.get(&format!("{PATH}/{own}"), "u/alice").await.expect(200);
    assert_eq!((&both["rev"], &both["state"]), (&json!(2), &json!("delivered")));
}

#[actix_web::test]
async fn a_repeated_request_is_answered_byte_for_byte() {
    let api = api().await;
    let first = r#"{"to": {"user": "alice"}, "message": "hello", "data": {"a": 1, "b": 2}}"#;
    let same =
        r#"{ "title":null, "data":{"b":2,"a":1}, "message":"hello", "to":{"user":"alice"} }"#;
    let answer = api.request(keyed("\"8e03978e\"", first)).await;
    assert_eq!(answer.status, 201);
    let replay = api.request(keyed("8e03978e", same)).await;
    assert_eq!(replay.status, 201);
    assert_eq!(replay.body, answer.body);
    assert_eq!(replay.header("location"), answer.header("location"));
    assert_eq!(api.get("/api/v1/notifications/count", "u/alice").await.json()["unread"], 1);

    let other = r#"{"to": {"user": "alice"}, "message": "good bye"}"#;
    let refused = api.request(keyed("8e03978e", other)).await.expect(422);
    assert_eq!(refused["code"], "idempotency_key_reused");
}

#[actix_web::test]
async fn a_key_is_its_callers_own() {
    let api = api().await;
    let alice = r#"{"to": {"user": "alice"}, "message": "hello"}"#;
    api.request(keyed("k", alice)).await.expect(201);
    let bob = by(Method::POST, PATH, "u/bob")
        .insert_header(("Idempotency-Key", "k"))
        .set_json(json!({"to": {"user": "bob"}, "message": "hello"}));
    api.request(bob).await.expect(201);
}

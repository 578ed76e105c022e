use serde_json::{Value, json};

use crate::support::Server;

const KEYS: &str = "/api/v1/admin/api-keys";

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_shown_once_works_at_once_and_is_refused_once_revoked() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let body = json!({"name": "ci-bot", "scopes": ["send"]});
    let created = admin.post(KEYS, &body).await.expect(201).json;
    let key = created["key"].as_str().unwrap();
    assert!(key.starts_with("hk_") && key.len() > 40, "{key}");

    let bot = server.with_token(key);
    bot.tell("alice", "by the key").await;
    let items = server.user("alice").everything().await;
    assert_eq!(items[0]["sender"], "ci-bot");

    let listed = admin.get(KEYS).await.expect(200);
    let told: Vec<_> = listed.json["items"][0].as_object().unwrap().keys().collect();
    assert_eq!(told, ["created_at", "id", "name", "scopes"]);
    assert!(!String::from_utf8(listed.bytes).unwrap().contains(key));

    let path = format!("{KEYS}/{}", created["id"]);
    admin.delete(&path).await.expect(204);
    let body = json!({"to": {"user": "alice"}, "message": "too late"});
    bot.post("/api/v1/notifications", &body).await.expect_problem(401, "token_invalid");
    assert_eq!(admin.get(KEYS).await.json["items"], json!([]));
    admin.delete(&path).await.expect_problem(404, "not_found");

    let server = server.kill_and_restart().await;
    let bot = server.with_token(key);
    bot.post("/api/v1/notifications", &body).await.expect_problem(401, "token_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_refused_if_a_letter_is_wrong() {
    let server = Server::start().await;
    let key = server.service().await.token.unwrap();
    let body = json!({"to": {"user": "alice"}, "message": "hello"});
    let mut last = key.clone();
    let changed = if last.pop() == Some('A') { 'B' } else { 'A' };
    for wrong in [format!("{last}{changed}"), last, format!("{key}x"), key.to_uppercase()] {
        let answer = server.with_token(&wrong).post("/api/v1/notifications", &body).await;
        answer.expect_problem(401, "token_invalid");
    }
    server.with_token(&key).post("/api/v1/notifications", &body).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_may_do_what_its_scopes_say_and_nothing_else() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let service = server.service().await;
    for path in ["/api/v1/me", "/api/v1/notifications", "/api/v1/notifications/count", KEYS] {
        service.get(path).await.expect_problem(403, "forbidden");
    }
    service.post(KEYS, &json!({"name": "x", "scopes": ["send"]})).await.expect(403);
    service.patch("/api/v1/admin/users/alice", &json!({"role": "admin"})).await.expect(403);

    // there is no key without a scope, so none without `send` either
    for scopes in [json!([]), json!(["read"]), Value::Null] {
        let body = json!({"name": "x", "scopes": scopes});
        admin.post(KEYS, &body).await.expect_problem(422, "validation");
    }
    assert_eq!(admin.get(KEYS).await.json["items"].as_array().unwrap().len(), 1);
}

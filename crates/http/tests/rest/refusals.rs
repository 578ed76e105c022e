//! What is wrong with a request, and what it is answered: status, code, field and rule.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::support::{Reply, api, by};

#[track_caller]
fn assert_refused(reply: &Reply, case: &str, field: &str, rule: &str) {
    assert_eq!(reply.header("content-type"), "application/problem+json", "{case}");
    let problem = reply.json();
    assert_eq!(
        (&problem["status"], &problem["code"]),
        (&json!(422), &json!("validation")),
        "{case}: {problem}"
    );
    let found = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .any(|error| error["field"] == field && error["rule"] == rule);
    assert!(found, "{case}: {problem}");
}

/// A good notification with one member changed or, by null, absent.
fn with(name: &str, value: Value) -> Value {
    let mut body = json!({"to": {"user": "alice"}, "message": "hello"});
    body[name] = value;
    if body[name].is_null() {
        body.as_object_mut().unwrap().remove(name);
    }
    body
}

#[actix_web::test]
async fn notifications() {
    let api = api().await;
    let long = |n: usize| Value::from("x".repeat(n));
    let many: Vec<_> = (0..10_001).map(|n| format!("u{n}")).collect();
    let cases = [
        (with("to", Value::Null), "to", "required"),
        (with("to", json!("alice")), "to", "format"),
        (with("to", json!({})), "to", "required"),
        (with("to", json!({"user": "a", "users": ["b"]})), "to", "contradiction"),
        (with("to", json!({"user": ""})), "to.user", "required"),
        (with("to", json!({"user": "no spaces"})), "to.user", "format"),
        (with("to", json!({"user": 7})), "to.user", "format"),
        (with("to", json!({"users": []})), "to.users", "required"),
        (with("to", json!({"users": many})), "to.users", "too_long"),
        (with("to", json!({"users": ["alice", "a/b"]})), "to.users[1]", "format"),
        (with("to", json!({"users": ["alice", 7]})), "to.users[1]", "format"),
        (with("to", json!({"company": ""})), "to.company", "required"),
        (with("to", json!({"group": "acme"})), "to.group", "unknown"),
        (with("to", json!({"everyone": false})), "to.everyone", "out_of_range"),
        (with("to", json!({"everyone": true, "topic": "x"})), "to", "contradiction"),
        (with("message", Value::Null), "message", "required"),
        (with("message", json!("")), "message", "required"),
        (with("message", json!("a\0b")), "message", "format"),
        (with("message", long(4_001)), "message", "too_long"),
        (with("message", json!(["x"])), "message", "format"),
        (with("title", long(201)), "title", "too_long"),
        (with("title", json!("two\nlines")), "title", "format"),
        (with("kind", json!("loud")), "kind", "unknown"),
        (with("priority", json!(3)), "priority", "format"),
        (with("category", json!("a b")), "category", "format"),
        (with("topic", long(129)), "topic", "too_long"),
        (with("data", json!([1])), "data", "format"),
        (with("data", json!({"a": "x".repeat(17_000)})), "data", "too_long"),
        (with("action_url", json!("javascript:alert(1)")), "action_url", "format"),
        (with("expires_at", json!("tomorrow")), "expires_at", "format"),
        (with("expires_at", json!("2020-01-01T00:00:00Z")), "expires_at", "out_of_range"),
        (with("collapse_key", json!("")), "collapse_key", "required"),
        (with("channels", json!(["pigeon"])), "channels[0]", "unknown"),
        (with("channels", json!("email")), "channels", "format"),
        (with("channels", json!([])), "channels", "required"),
        (with("escalate_after", json!(0)), "escalate_after", "out_of_range"),
        (with("escalate_after", json!(604_801)), "escalate_after", "out_of_range"),
        (with("escalate_after", json!("soon")), "escalate_after", "format"),
        (with("send_at", json!("tomorrow")), "send_at", "format"),
        (with("sender", json!("somebody else")), "sender", "unknown"),
        (with("to", json!(["alice", null])), "to", "format"),
        (json!([{"user": "alice"}, null, "hello"]), "body", "format"),
        (json!("text"), "body", "format"),
    ];
    for (body, field, rule) in cases {
        let case = body.to_string().chars().take(120).collect::<String>();
        let reply = api.post("/api/v1/notifications", "u/alice", body).await;
        assert_refused(&reply, &case, field, rule);
    }
}

#[actix_web::test]
async fn other_bodies() {
    let api = api().await;
    let admin = api.admin().await;
    api.get("/api/v1/me", "u/alice").await.expect(200);
    let id = api.note("alice", "hello").await;
    let item = format!("/api/v1/notifications/{id}");
    let register = |change: Value| {
        let mut body = json!({"username": "eve", "password": "correct horse"});
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        ("POST", "/api/v1/auth/register", "", body)
    };
    let cases = [
        (register(json!({"role": "admin"})), "role", "unknown"),
        (register(json!({"company": "acme"})), "company", "unknown"),
        (register(json!({"id": "1"})), "id", "unknown"),
        (register(json!({"username": "no spaces"})), "username", "format"),
        (register(json!({"username": "a\0"})), "username", "format"),
        (register(json!({"password": "short"})), "password", "too_short"),
        (register(json!({"password": "x".repeat(73)})), "password", "too_long"),
        (register(json!({"password": "correct\0horse"})), "password", "format"),
        (register(json!({"email": "nowhere"})), "email", "format"),
        (("POST", "/api/v1/auth/login", "", json!({"username": "eve"})), "password", "required"),
        (
            ("POST", "/api/v1/auth/refresh", "", json!({"refresh_token": 7})),
            "refresh_token",
            "format",
        ),
        (("PATCH", &item, "u/alice", json!({})), "body", "required"),
        (("PATCH", &item, "u/alice", json!({"read": "yes"})), "read", "format"),
        (
            ("PATCH", &item, "u/alice", json!({"read": true, "seen": false})),
            "seen",
            "contradiction",
        ),
        (("PATCH", &item, "u/alice", json!({"message": "edited"})), "message", "unknown"),
        (
            ("POST", "/api/v1/notifications/batch", "u/alice", json!({"notifications": 1})),
            "notifications",
            "format",
        ),
        (
            (
                "POST",
                "/api/v1/notifications/batch",
                "u/alice",
                json!({"notifications": [], "x": 1}),
            ),
            "x",
            "unknown",
        ),
        (
            ("POST", "/api/v1/admin/api-keys", &admin, json!({"name": "", "scopes": ["send"]})),
            "name",
            "required",
        ),
        (
            ("POST", "/api/v1/admin/api-keys", &admin, json!({"name": "a", "scopes": []})),
            "scopes",
            "required",
        ),
        (
            ("POST", "/api/v1/admin/api-keys", &admin, json!({"name": "a", "scopes": ["all"]})),
            "scopes[0]",
            "unknown",
        ),
        (("PATCH", "/api/v1/admin/users/alice", &admin, json!({})), "body", "required"),
        (("PATCH", "/api/v1/admin/users/alice", &admin, json!({"role": "a b"})), "role", "format"),
        (
            ("PATCH", "/api/v1/admin/users/alice", &admin, json!({"username": "x"})),
            "username",
            "unknown",
        ),
    ];
    for ((method, path, token, body), field, rule) in cases {
        let case = format!("{method} {path} {body}");
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        assert_refused(&api.send(method, path, token, body).await, &case, field, rule);
    }
    let alice = api.get("/api/v1/me", "u/alice").await.expect(200);
    assert_eq!((&alice["role"], &alice["company"]), (&json!("user"), &json!(null)));
    api.post("/api/v1/auth/login", "", json!({"username": "eve", "password": "correct horse"}))
        .await
        .expect(401);
}

#[actix_web::test]
async fn queries_and_paths() {
    let api = api().await;
    let admin = api.admin().await;
    let cases = [
        ("GET", "/api/v1/notifications?limit=0", "limit", "out_of_range"),
        ("GET", "/api/v1/notifications?limit=101", "limit", "out_of_range"),
        ("GET", "/api/v1/notifications?limit=ten", "limit", "format"),
        ("GET", "/api/v1/notifications?limit=-1", "limit", "format"),
        ("GET", "/api/v1/notifications?limit=5&limit=6", "limit", "contradiction"),
        ("GET", "/api/v1/notifications?page=0", "page", "out_of_range"),
        ("GET", "/api/v1/notifications?page=1000001", "page", "out_of_range"),
        ("GET", "/api/v1/notifications?page=99999999999999999999", "page", "format"),
        ("GET", "/api/v1/notifications?page=1&cursor=MTo3", "cursor", "contradiction"),
        ("GET", "/api/v1/notifications?cursor=7", "cursor", "format"),
        ("GET", "/api/v1/notifications?status=gone", "status", "unknown"),
        ("GET", "/api/v1/notifications?kind=", "kind", "unknown"),
        ("GET", "/api/v1/notifications?category=a%20b", "category", "format"),
        ("GET", "/api/v1/notifications?category=a%00", "category", "format"),
        ("GET", "/api/v1/notifications?topic=%ff", "topic", "format"),
        ("GET", "/api/v1/notifications?offset=20", "offset", "unknown"),
        ("GET", "/api/v1/notifications/changes", "since", "required"),
        ("GET", "/api/v1/notifications/changes?since=-1", "since", "out_of_range"),
        ("GET", "/api/v1/notifications/changes?since=x", "since", "format"),
        ("GET", "/api/v1/notifications/changes?since=0&limit=501", "limit", "out_of_range"),
        ("GET", "/api/v1/notifications/count?status=unread", "status", "unknown"),
        ("POST", "/api/v1/notifications/read-all?before=7", "before", "unknown"),
        ("GET", "/api/v1/notifications/0", "id", "format"),
        ("GET", "/api/v1/notifications/+1", "id", "format"),
        ("GET", "/api/v1/notifications/abc", "id", "format"),
        ("DELETE", "/api/v1/notifications/9223372036854775808", "id", "format"),
        ("PUT", "/api/v1/notifications/%00/read", "id", "format"),
        ("DELETE", "/api/v1/admin/api-keys/x", "id", "format"),
    ];
    for (method, path, field, rule) in cases {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        assert_refused(&api.call(method, path, &admin).await, path, field, rule);
    }
    let send = with("title", Value::Null);
    let reply = api.post("/api/v1/notifications?dry_run=yes", "u/alice", send.clone()).await;
    assert_refused(&reply, "dry_run", "dry_run", "format");
    let reply = api.post("/api/v1/notifications/batch?dry_run=true", "u/alice", send).await;
    assert_refused(&reply, "dry_run of a batch", "dry_run", "unknown");
    let reply =
        api.send(Method::PATCH, "/api/v1/admin/users/a%20b", &admin, json!({"role": "x"})).await;
    assert_refused(&reply, "user", "id", "format");
    assert_eq!(api.get("/api/v1/notifications/count", "u/alice").await.json()["unread"], 0);
}

#[actix_web::test]
async fn idempotency_keys() {
    let api = api().await;
    let keyed = |keys: &[&[u8]]| -> TestRequest {
        let request = by(Method::POST, "/api/v1/notifications", "u/alice")
            .set_json(with("title", Value::Null));
        keys.iter().fold(request, |request, key| {
            let key = actix_web::http::header::HeaderValue::from_bytes(key).unwrap();
            request.append_header(("Idempotency-Key", key))
        })
    };
    for (keys, rule) in [
        (&[&b""[..]][..], "required"),
        (&[b"\"\""], "required"),
        (&[&[b'k'; 256]], "too_long"),
        (&[b"two words"], "format"),
        (&[b"\xff"], "format"),
        (&[b"a", b"a"], "contradiction"),
    ] {
        let reply = api.request(keyed(keys)).await;
        assert_refused(&reply, &format!("{keys:?}"), "Idempotency-Key", rule);
    }
    api.request(keyed(&[&[b'k'; 255]])).await.expect(201);
}

#[actix_web::test]
async fn the_caller_learns_what_would_be_right_but_never_hears_its_own_values() {
    let api = api().await;
    let to = api.post("/api/v1/notifications", "u/alice", with("to", json!({"group": "x"}))).await;
    assert_eq!(
        to.json()["errors"][0]["detail"],
        "is not a field here; known are user, users, company, role, topic, everyone"
    );
    let kind = api.post("/api/v1/notifications", "u/alice", with("kind", json!("canary"))).await;
    assert_eq!(kind.json()["errors"][0]["detail"], "must be one of info, success, warning, error");
    let body = json!({"username": "a", "password": {"canary": ", expected canary"}});
    let secret = api.post("/api/v1/auth/login", "", body).await;
    assert!(!String::from_utf8_lossy(&secret.body).contains("canary"));
    assert_eq!(secret.json()["errors"][0]["detail"], "must be a string");
    let body = json!({"username": "a", "password": "p", "x".repeat(10_000): 1});
    let long = api.post("/api/v1/auth/login", "", body).await;
    assert!(long.body.len() < 2_000);
}

#[actix_web::test]
async fn every_broken_rule_is_named() {
    let api = api().await;
    let body = json!({"to": {"user": "a b"}, "title": "x\n", "message": "", "category": " "});
    let problem = api.post("/api/v1/notifications", "u/alice", body).await.expect(422);
    let fields: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
    assert_eq!(fields, ["to.user", "title", "category", "message"]);
    let query = "/api/v1/notifications?limit=0&page=0&colour=red";
    let problem = api.get(query, "u/alice").await.expect(422);
    assert_eq!(problem["errors"].as_array().unwrap().len(), 3);
}

use serde_json::{Value, json};

use crate::support::{Raw, Server};

const SEND: &str = "/api/v1/notifications";

#[tokio::test(flavor = "multi_thread")]
async fn a_nul_anywhere_is_the_callers_mistake_or_passed_on() {
    let server = Server::start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    for (field, value) in [
        ("to", json!({"user": "al\u{0}ice"})),
        ("to", json!({"users": ["alice", "\u{0}"]})),
        ("title", json!("a\u{0}b")),
        ("message", json!("a\u{0}b")),
        ("category", json!("a\u{0}b")),
        ("topic", json!("a\u{0}b")),
        ("action_url", json!("/a\u{0}b")),
        ("collapse_key", json!("a\u{0}b")),
    ] {
        let mut body = json!({"to": {"user": "alice"}, "message": "hello"});
        body[field] = value;
        let answer = service.post(SEND, &body).await.expect_problem(422, "validation");
        let named = answer.json["errors"][0]["field"].as_str().unwrap();
        assert!(named.starts_with(field), "{field}: {}", answer.json);
    }
    // data belongs to the application, whatever it is
    let data = json!({"a\u{0}": "\u{0}b"});
    let body = json!({"to": {"user": "alice"}, "message": "hello", "data": data});
    service.post(SEND, &body).await.expect(201);
    assert_eq!(alice.everything().await[0]["data"], data);

    for path in ["/%00", "?category=%00", "?cursor=%00", "/changes?since=0&epoch=%00", "/1%00"] {
        let status = alice.get(&format!("{SEND}{path}")).await.status;
        assert!((400..500).contains(&status), "{path}: {status}");
    }
    for (username, password) in [("a\u{0}b", "password"), ("alice", "pass\u{0}word")] {
        let body = json!({"username": username, "password": password});
        for route in ["register", "login"] {
            let status = service.post(&format!("/api/v1/auth/{route}"), &body).await.status;
            assert!(status < 500, "{route}: {status}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_three_megabytes_is_too_large() {
    let server = Server::start().await;
    let service = server.service().await;
    let token = format!("Bearer {}", service.token.as_deref().unwrap());
    let body = json!({"to": {"user": "alice"}, "message": "x".repeat(3_000_000)}).to_string();
    let length = body.len().to_string();
    let headers = [
        ("Authorization", token.as_str()),
        ("Content-Type", "application/json"),
        ("Content-Length", &length),
    ];
    for route in [SEND.to_owned(), format!("{SEND}/batch")] {
        let mut connection = Raw::open(server.address).await;
        connection.request(&format!("POST {route}"), &headers).await;
        connection.send(&body[..1_000]).await;
        let answer = connection.answer().await.expect("an answer");
        answer.expect_problem(413, "body_too_large");
    }
    service.tell("alice", "the server goes on").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_explained() {
    let server = Server::start().await;
    let alice = server.user("alice");
    for path in ["/nothing", "/api/v1/nothing", "/api/v2/notifications", "/api/v1/notifications/7"]
    {
        alice.get(path).await.expect_problem(404, "not_found");
    }
    for (method, path) in [
        ("PUT", SEND),
        ("DELETE", "/api/v1/me"),
        ("GET", "/api/v1/auth/login"),
        ("POST", "/healthz"),
    ] {
        let answer = alice.send(alice.request(method, path)).await;
        let answer = answer.expect_problem(405, "method_not_allowed");
        assert!(!answer.header("allow").is_empty(), "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_of_the_pen_is_not_taken_for_a_wish() {
    let server = Server::start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    let hello = |field: &str| json!({"to": {"user": "alice"}, "message": "hello", field: "x"});
    let answer = service.post(SEND, &hello("titel")).await.expect_problem(422, "validation");
    assert_eq!(answer.json["errors"][0]["field"], "titel");
    let batch = json!({"notifications": [hello("titel")], "dry": true});
    service.post(&format!("{SEND}/batch"), &batch).await.expect_problem(422, "validation");
    let path = format!("{SEND}?unred=true");
    alice.get(&path).await.expect_problem(422, "validation");
    assert_eq!(alice.everything().await, Vec::<Value>::new());

    let post = |title: &'static str| {
        let request = service.request("POST", SEND).header("idempotency-key", "key");
        let body = json!({"to": {"user": "alice"}, "message": "hello", "title": title});
        service.send(request.json(&body))
    };
    post("one").await.expect(201);
    post("two").await.expect_problem(422, "idempotency_key_reused");
    assert_eq!(alice.everything().await.len(), 1);
}

use std::time::Duration;

use actix_http::h1;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::Method;
use actix_web::web::Bytes;
use serde_json::json;

use crate::support::{Api, Reply, api, by};

const PATH: &str = "/api/v1/notifications";
const LIMIT: usize = 256 * 1024;

async fn raw(api: &Api, kind: &str, body: impl Into<Bytes>) -> Reply {
    let request = by(Method::POST, PATH, "u/alice");
    let request =
        if kind.is_empty() { request } else { request.insert_header(("Content-Type", kind)) };
    api.request(request.set_payload(body)).await
}

#[track_caller]
fn assert_problem(reply: Reply, status: u16, code: &str) -> serde_json::Value {
    assert_eq!(reply.header("content-type"), "application/problem+json");
    let problem = reply.expect(status);
    assert_eq!(problem["code"], code, "{problem}");
    problem
}

#[actix_web::test]
async fn what_is_not_json_is_refused() {
    let api = api().await;
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let deep = format!(
        r#"{{"to": {{"user": "alice"}}, "message": "x", "data": {{"a": {}}}}}"#,
        nested(129)
    );
    // not in the future of the test, which is moved on the stack
    let many = vec![b'['; 200_000];
    let bad: [&[u8]; 9] = [
        b"",
        b"{",
        b"{\"message\": \"a\0b\"}",
        br#"{"to": {"user": "alice"}, "message": "\ud800"}"#,
        b"{\"message\": \"\xff\"}",
        br#"{"to": {"user": "alice"}, "message": "x"} x"#,
        deep.as_bytes(),
        &many,
        br#"{"message": 7, "to""#,
    ];
    for body in bad {
        let problem = assert_problem(
            raw(&api, "application/json", body.to_vec()).await,
            400,
            "malformed_json",
        );
        assert!(problem["detail"].as_str().unwrap().contains("line 1"), "{problem}");
    }
}

#[actix_web::test]
async fn only_json_is_read() {
    let api = api().await;
    let body = r#"{"to": {"user": "alice"}, "message": "hello"}"#;
    for good in
        ["application/json", "Application/JSON; charset=utf-8", "application/cloudevents+json"]
    {
        raw(&api, good, body).await.expect(201);
    }
    for bad in
        ["", "text/plain", "application/x-www-form-urlencoded", "application/+json", "text/json"]
    {
        assert_problem(raw(&api, bad, body).await, 415, "unsupported_media_type");
    }
    let compressed = by(Method::POST, PATH, "u/alice").insert_header(("Content-Encoding", "gzip"));
    let refused = api.request(compressed.set_json(json!({}))).await;
    assert_problem(refused, 415, "unsupported_media_type");
}

#[actix_web::test]
async fn a_body_holds_256_kib() {
    let api = api().await;
    let body = |length: usize| {
        let start = r#"{"to": {"user": "alice"}, "message": "hello""#;
        format!("{start}{}}}", " ".repeat(length - start.len() - 1))
    };
    raw(&api, "application/json", body(LIMIT)).await.expect(201);
    assert_problem(raw(&api, "application/json", body(LIMIT + 1)).await, 413, "body_too_large");

    // what a client claims is believed at once, and what it sends is counted all the same
    let claims = by(Method::POST, PATH, "u/alice").set_json(json!({}));
    let claims = claims.insert_header(("Content-Length", LIMIT + 1));
    assert_problem(api.request(claims).await, 413, "body_too_large");
    let lies =
        by(Method::POST, PATH, "u/alice").insert_header(("Content-Type", "application/json"));
    let lies = lies.set_payload(body(2 * LIMIT)).insert_header(("Content-Length", 2));
    assert_problem(api.request(lies).await, 413, "body_too_large");
}

#[actix_web::test]
async fn pieces_are_put_together_and_counted() {
    let api = api().await;
    let (mut sender, payload) = h1::Payload::create(false);
    for piece in [r#"{"to": {"user": "#, r#""alice"}, "#, r#""message": "hello"}"#] {
        sender.feed_data(Bytes::from(piece));
    }
    sender.feed_eof();
    streamed(&api, payload).await.expect(201);

    let (mut sender, payload) = h1::Payload::create(false);
    for _ in 0..=LIMIT / 1024 {
        sender.feed_data(Bytes::from(vec![b' '; 1024]));
    }
    assert_problem(streamed(&api, payload).await, 413, "body_too_large");

    let (mut sender, payload) = h1::Payload::create(false);
    sender.feed_data(Bytes::from("{"));
    sender.set_error(PayloadError::Incomplete(None));
    assert_problem(streamed(&api, payload).await, 400, "malformed_request");
}

#[actix_web::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let api = api().await;
    api.get("/api/v1/me", "u/alice").await.expect(200);
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    let (mut sender, payload) = h1::Payload::create(false);
    sender.feed_data(Bytes::from("{"));
    let reply = streamed(&api, payload).await;
    assert_eq!(begun.elapsed().as_secs(), Duration::from_secs(10).as_secs());
    assert_problem(reply, 408, "request_timeout");
    drop(sender);
}

async fn streamed(api: &Api, payload: h1::Payload) -> Reply {
    let request =
        by(Method::POST, PATH, "u/alice").insert_header(("Content-Type", "application/json"));
    let (request, _) = request.to_request().replace_payload(Payload::from(payload));
    api.raw(request).await
}

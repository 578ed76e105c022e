//! Queries, paths, methods and headers.

use serde_json::json;

use crate::input::{Clumsy, SEND, assert_field, good};
use crate::support::Server;

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_read_to_the_letter() {
    let server = Server::start().await;
    let clumsy = Clumsy::new(&server).await;
    let list = |query: &str| format!("{SEND}?{query}");
    let cases = [
        ("GET", list("page=0"), "page", "out_of_range"),
        ("GET", list("page=-1"), "page", "format"),
        ("GET", list("page=one"), "page", "format"),
        ("GET", list("page="), "page", "format"),
        ("GET", list("page=1.5"), "page", "format"),
        ("GET", list("page=99999999999999999999"), "page", "format"),
        ("GET", list("page=1&page=2"), "page", "contradiction"),
        ("GET", list("limit=0"), "limit", "out_of_range"),
        ("GET", list("limit=101"), "limit", "out_of_range"),
        ("GET", list("offset=10"), "offset", "unknown"),
        ("GET", list("Limit=10"), "Limit", "unknown"),
        ("GET", list("page=1&cursor=MTo3"), "cursor", "contradiction"),
        ("GET", list("cursor="), "cursor", "format"),
        ("GET", list("cursor=garbage"), "cursor", "format"),
        ("GET", list("cursor=%00"), "cursor", "format"),
        ("GET", list("cursor=%ff%fe"), "cursor", "format"),
        ("GET", list("cursor=9999999999999999999999999"), "cursor", "format"),
        ("GET", list("status=spam"), "status", "unknown"),
        ("GET", list("kind=loud"), "kind", "unknown"),
        ("GET", list("category=a%00"), "category", "format"),
        ("GET", list("topic=%ff"), "topic", "format"),
        ("GET", format!("{SEND}/changes"), "since", "required"),
        ("GET", format!("{SEND}/changes?since=-1"), "since", "out_of_range"),
        ("GET", format!("{SEND}/changes?since=x"), "since", "format"),
        ("GET", format!("{SEND}/changes?since=0&limit=501"), "limit", "out_of_range"),
        ("GET", format!("{SEND}/count?x=1"), "x", "unknown"),
        ("GET", "/api/v1/me?fields=id".to_owned(), "fields", "unknown"),
        ("POST", format!("{SEND}/read-all?before=7"), "before", "unknown"),
        ("POST", format!("{SEND}/seen-all?dry_run=1"), "dry_run", "unknown"),
        ("POST", "/api/v1/realtime/tickets?user=bob".to_owned(), "user", "unknown"),
        ("GET", "/api/v1/stream?last_event_id=x".to_owned(), "last_event_id", "format"),
        ("GET", format!("{SEND}/0"), "id", "format"),
        ("GET", format!("{SEND}/-1"), "id", "format"),
        ("GET", format!("{SEND}/+1"), "id", "format"),
        ("GET", format!("{SEND}/1e3"), "id", "format"),
        ("GET", format!("{SEND}/%00"), "id", "format"),
        ("GET", format!("{SEND}/%ff"), "id", "format"),
        ("DELETE", format!("{SEND}/9223372036854775808"), "id", "format"),
        ("PUT", format!("{SEND}/1'%20or%20'1'='1/read"), "id", "format"),
    ];
    for (method, path, field, rule) in cases {
        let answer = clumsy.client.send(clumsy.client.request(method, &path)).await;
        assert_field(&path, &answer, field, rule);
        clumsy.wrote_nothing(&path).await;
    }
    let send = clumsy.client.request("POST", &format!("{SEND}?dryrun=true"));
    let send = send.header("content-type", "application/json").body(good());
    assert_field("dryrun", &clumsy.client.send(send).await, "dryrun", "unknown");
    clumsy.wrote_nothing("dryrun").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_told_apart_from_what_cannot_be_done() {
    let server = Server::start().await;
    let clumsy = Clumsy::new(&server).await;
    let client = &clumsy.client;
    let unknown = [
        "/api",
        "/api/v2/me",
        "/API/v1/me",
        "/api/v1/me/",
        "/api/v1//me",
        "/api/v1/../me",
        "/api/v1/notifications/1/2",
        "/docs/../etc/passwd",
        "/docs/%2e%2e/Cargo.toml",
        "/%00",
        "/.env",
    ];
    for path in unknown {
        for who in [client, &server.anonymous()] {
            who.get(path).await.expect_problem(404, "not_found");
        }
    }
    for (method, path, allow) in [
        ("DELETE", "/api/v1/notifications", "GET, HEAD, POST"),
        ("POST", "/api/v1/me", "GET, HEAD"),
        ("GET", "/api/v1/auth/login", "POST"),
        ("HEAD", "/api/v1/auth/login", "POST"),
        ("POST", "/api/v1/notifications/1", "GET, HEAD, PATCH, DELETE"),
        ("GET", "/api/v1/notifications/1/read", "PUT"),
        ("GET", "/api/v1/notifications/read-all", "POST"),
        ("POST", "/healthz", "GET, HEAD"),
        ("POST", "/openapi.json", "GET, HEAD"),
        ("OPTIONS", "/api/v1/me", "GET, HEAD"),
        ("TRACE", "/api/v1/me", "GET, HEAD"),
        ("PROPFIND", "/api/v1/me", "GET, HEAD"),
    ] {
        let answer = client.send(client.request(method, path)).await.expect(405);
        assert_eq!(answer.header("allow"), allow, "{method} {path}");
        if method != "HEAD" {
            answer.expect_problem(405, "method_not_allowed");
        }
    }
    clumsy.wrote_nothing("one of them").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn head_is_get_without_the_body() {
    let server = Server::start().await;
    let clumsy = Clumsy::new(&server).await;
    let client = &clumsy.client;
    for path in ["/healthz", "/api/v1/me", SEND, "/openapi.json", "/api/v1/nothing"] {
        let get = client.get(path).await;
        let head = client.send(client.request("HEAD", path)).await;
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        assert_eq!(head.header("content-length"), get.bytes.len().to_string(), "{path}");
        assert!(head.bytes.is_empty(), "{path}");
    }
    // of a stream, too, which else would never end
    let head = client.send(client.request("HEAD", "/api/v1/stream")).await.expect(200);
    assert_eq!(head.header("content-type"), "text/event-stream");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_is_given_once_and_in_its_form() {
    let server = Server::start().await;
    let token = server.user("alice").token.unwrap();
    let nobody = server.anonymous();
    let bearer = format!("Bearer {token}");
    let cases: &[(&[&str], &str)] = &[
        (&[], "token_required"),
        (&[""], "token_required"),
        (&["Bearer"], "token_required"),
        (&["Basic YWxpY2U6eA=="], "token_required"),
        (&[&token], "token_required"),
        (&["Bearer "], "token_required"),
        (&["Bearer x"], "token_invalid"),
        (&["Bearer hk_unknown"], "token_invalid"),
        (&["Bearer ht_unknown"], "token_invalid"),
        (&[&format!("{bearer} {token}")], "token_invalid"),
        (&[&format!("{bearer}x")], "token_invalid"),
        (&[&bearer, &bearer], "token_invalid"),
        (&[&bearer, "Bearer x"], "token_invalid"),
    ];
    for (headers, code) in cases {
        for path in ["/api/v1/me", SEND, "/api/v1/stream"] {
            let mut request = nobody.request("GET", path);
            for header in *headers {
                request = request.header("authorization", *header);
            }
            let answer = nobody.send(request).await;
            assert_eq!(answer.json["code"], *code, "{headers:?}");
            let answer = answer.expect_problem(401, code);
            assert!(answer.header("www-authenticate").starts_with("Bearer"), "{headers:?}");
        }
    }
    let lower =
        nobody.request("GET", "/api/v1/me").header("authorization", format!("bearer {token}"));
    nobody.send(lower).await.expect(200);
    // in the address it would end up in logs
    let path = format!("/api/v1/me?access_token={token}");
    nobody.get(&path).await.expect_problem(401, "token_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idempotency_key_has_a_form() {
    let server = Server::start().await;
    let clumsy = Clumsy::new(&server).await;
    let long = "k".repeat(256);
    let cases: &[(&[&[u8]], &str)] = &[
        (&[b""], "required"),
        (&[b"\"\""], "required"),
        (&[long.as_bytes()], "too_long"),
        (&[b"two words"], "format"),
        (&[b"\"open"], "format"),
        (&[b"caf\xc3\xa9"], "format"),
        (&[b"\xff"], "format"),
        (&[b"a", b"b"], "contradiction"),
        (&[b"a", b"a"], "contradiction"),
    ];
    for (keys, rule) in cases {
        for (path, body) in [(SEND, good()), ("/api/v1/notifications/batch", batch())] {
            let mut request = clumsy.client.request("POST", path);
            for key in *keys {
                request = request.header("idempotency-key", *key);
            }
            let request = request.header("content-type", "application/json").body(body);
            let answer = clumsy.client.send(request).await;
            assert_field(&format!("{keys:?}"), &answer, "Idempotency-Key", rule);
        }
        clumsy.wrote_nothing(&format!("{keys:?}")).await;
    }
}

fn batch() -> String {
    json!({"notifications": [{"to": {"user": "alice"}, "message": "hello"}]}).to_string()
}

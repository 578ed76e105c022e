//! `Upgrade: websocket` where there is no socket: such requests leave HTTP's usual path.

use crate::input::{Clumsy, SEND, good};
use crate::support::{Answer, Raw, Server};

const UPGRADE: [(&str, &str); 4] = [
    ("connection", "upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

async fn ask(server: &Server, line: &str, headers: &[(&str, &str)]) -> (Raw, Answer) {
    let mut raw = Raw::open(server.address).await;
    raw.request(line, &[&UPGRADE[..], headers].concat()).await;
    let answer = raw.answer().await.unwrap_or_else(|| panic!("no answer to {line}"));
    (raw, answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn ordinary_routes_answer_as_ever_and_close() {
    let server = Server::start().await;
    let clumsy = Clumsy::new(&server).await;
    let bearer = format!("Bearer {}", clumsy.client.token.as_deref().unwrap());
    let token = [("authorization", &*bearer)];
    for (line, headers, status) in [
        ("GET /healthz", &[][..], 200),
        ("GET /openapi.json", &[], 200),
        ("GET /nowhere", &[], 404),
        ("POST /healthz", &[], 405),
        ("GET /api/v1/me", &[], 401),
        ("GET /api/v1/me", &token, 200),
        ("GET /api/v1/notifications?limit=0", &token, 422),
        ("POST /api/v1/ws", &token, 405),
        ("CONNECT herald:80", &[], 404),
    ] {
        let (raw, answer) = ask(&server, line, headers).await;
        assert_eq!(answer.status, status, "{line}");
        if status >= 400 {
            assert_eq!(answer.json["status"], status, "{line}");
        }
        assert_eq!(answer.header("connection"), "close", "{line}");
        assert!(raw.end().await.unwrap().is_empty(), "{line}");
    }
    clumsy.wrote_nothing("one of them").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_not_read_then_and_nothing_is_sent() {
    let server = Server::start().await;
    let clumsy = Clumsy::new(&server).await;
    let bearer = format!("Bearer {}", clumsy.client.token.as_deref().unwrap());
    let length = good().len().to_string();
    let mut raw = Raw::open(server.address).await;
    let headers = [
        ("authorization", &*bearer),
        ("content-type", "application/json"),
        ("content-length", &*length),
    ];
    raw.request(&format!("POST {SEND}"), &[&UPGRADE[..], &headers].concat()).await;
    raw.send(good()).await;
    raw.answer().await.unwrap().expect_problem(400, "malformed_json");
    clumsy.wrote_nothing("a body with an upgrade").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_one_all_the_same() {
    let server = Server::start().await;
    let clumsy = Clumsy::new(&server).await;
    let bearer = format!("Bearer {}", clumsy.client.token.as_deref().unwrap());
    let (mut raw, answer) = ask(&server, "GET /api/v1/stream", &[("authorization", &bearer)]).await;
    assert_eq!(answer.expect(200).header("content-type"), "text/event-stream");
    let mut heard = String::new();
    for word in ["event: hello", "event: notification"] {
        while !heard.contains(word) {
            let more = raw.take(1).await.expect("the stream goes on");
            heard.push(char::from(more[0]));
        }
        if word == "event: hello" {
            clumsy.client.tell("alice", "for the stream").await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_of_http_2_is_passed_over() {
    let server = Server::start().await;
    let clumsy = Clumsy::new(&server).await;
    let bearer = format!("Bearer {}", clumsy.client.token.as_deref().unwrap());
    let length = good().len().to_string();
    // as Java's HttpClient does with every request
    let headers = [
        ("connection", "Upgrade, HTTP2-Settings"),
        ("upgrade", "h2c"),
        ("http2-settings", "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA"),
        ("authorization", &bearer),
        ("content-type", "application/json"),
        ("content-length", &length),
    ];
    let mut raw = Raw::open(server.address).await;
    raw.request(&format!("POST {SEND}"), &headers).await;
    raw.send(good()).await;
    let answer = raw.answer().await.unwrap().expect(201);
    // or the client would take the connection for one that it can use again
    assert_eq!(answer.header("connection"), "close");
    assert!(raw.end().await.unwrap().is_empty());
}

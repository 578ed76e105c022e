//! Requests that are wrong as HTTP, written byte by byte.

use crate::input::{Clumsy, SEND, good};
use crate::support::{Raw, Server};

const LIMIT: usize = 256 * 1024;

/// A notification in so many bytes.
fn of(length: usize) -> Vec<u8> {
    let mut body = good().into_bytes();
    body.pop();
    body.resize(length - 1, b' ');
    body.push(b'}');
    body
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for chunk in body.chunks(10_000) {
        bytes.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
        bytes.extend(chunk);
        bytes.extend(b"\r\n");
    }
    bytes.extend(b"0\r\n\r\n");
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_256_kib_is_taken_and_one_byte_more_refused() {
    let server = Server::start().await;
    let clumsy = Clumsy::new(&server).await;
    let bearer = format!("Bearer {}", clumsy.client.token.as_deref().unwrap());
    let json = ("content-type", "application/json");
    let line = format!("POST {SEND}");
    for in_chunks in [false, true] {
        for (length, status) in [(LIMIT, 201), (LIMIT + 1, 413), (4 * LIMIT, 413)] {
            let mut raw = Raw::open(server.address).await;
            let (size, body) = (length.to_string(), of(length));
            let framing = if in_chunks {
                ("transfer-encoding", "chunked")
            } else {
                ("content-length", &*size)
            };
            raw.request(&line, &[("authorization", &bearer), json, framing]).await;
            raw.send(if in_chunks { chunked(&body) } else { body }).await;
            let case = format!("{length} bytes, in chunks: {in_chunks}");
            let answer = raw.answer().await.unwrap_or_else(|| panic!("no answer to {case}"));
            assert_eq!(answer.status, status, "{case}");
            if status == 413 {
                let answer = answer.expect_problem(413, "body_too_large");
                assert_eq!(answer.header("connection"), "close");
                assert!(raw.end().await.unwrap().is_empty(), "{case}: closed in order");
            }
        }
    }
    assert_eq!(clumsy.client.count().await["rev"], 3, "the two of 256 KiB");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_length_that_is_too_large_is_refused_before_the_body_comes() {
    let server = Server::start().await;
    let clumsy = Clumsy::new(&server).await;
    let bearer = format!("Bearer {}", clumsy.client.token.as_deref().unwrap());
    for length in ["262145", "4294967296", "18446744073709551615"] {
        let mut raw = Raw::open(server.address).await;
        let headers = [
            ("authorization", &*bearer),
            ("content-type", "application/json"),
            ("content-length", length),
        ];
        raw.request(&format!("POST {SEND}"), &headers).await;
        raw.answer().await.unwrap().expect_problem(413, "body_too_large");
    }
    clumsy.wrote_nothing("one of them").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ninety_six_headers_are_read_and_one_more_refused() {
    let server = Server::start().await;
    for (count, status) in [(96, 200), (97, 431), (1_000, 431)] {
        let mut raw = Raw::open(server.address).await;
        // the host is one of them
        raw.request("GET /healthz", &vec![("x-extra", "1"); count - 1]).await;
        assert_eq!(raw.answer().await.unwrap().status, status, "{count}");
    }
    let mut raw = Raw::open(server.address).await;
    raw.request("GET /healthz", &[("x-long", &"x".repeat(200_000))]).await;
    assert_eq!(raw.answer().await.unwrap().status, 431);
    server.anonymous().get("/healthz").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_http_is_refused_and_the_connection_closed() {
    let server = Server::start().await;
    let clumsy = Clumsy::new(&server).await;
    let token = clumsy.client.token.as_deref().unwrap();
    let post = |headers: &str, body: &str| {
        format!(
            "POST {SEND} HTTP/1.1\r\nhost: h\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\n{headers}\r\n{body}"
        )
    };
    let body = good();
    let length = body.len();
    let cases = [
        ("nonsense", "hello\r\n\r\n".to_owned()),
        ("TLS", "\u{16}\u{3}\u{1}\0\u{5}\u{1}\0\0\r\n\r\n".to_owned()),
        ("no host", "GET /healthz HTTP/1.1\r\n\r\n".to_owned()),
        ("HTTP/3.0", "GET /healthz HTTP/3.0\r\nhost: h\r\n\r\n".to_owned()),
        ("a space in a name", "GET /healthz HTTP/1.1\r\nhost: h\r\nx y: 1\r\n\r\n".to_owned()),
        ("a nul in a value", "GET /healthz HTTP/1.1\r\nhost: h\r\nx: \0\r\n\r\n".to_owned()),
        ("a length that is no number", post("content-length: ten\r\n", &body)),
        ("a negative length", post("content-length: -1\r\n", &body)),
        ("a signed length", post(&format!("content-length: +{length}\r\n"), &body)),
        ("two lengths", post(&format!("content-length: {length}\r\ncontent-length: 1\r\n"), &body)),
        (
            "a length and chunks",
            post(&format!("content-length: {length}\r\ntransfer-encoding: chunked\r\n"), &body),
        ),
        ("an unknown coding", post("transfer-encoding: gzip\r\n", &body)),
    ];
    for (case, bytes) in cases {
        let mut raw = Raw::open(server.address).await;
        raw.send(bytes).await;
        let answer = raw.answer().await.unwrap_or_else(|| panic!("no answer: {case}"));
        assert_eq!(answer.status, 400, "{case}");
        let rest = raw.end().await;
        assert!(rest.is_ok_and(|rest| rest.is_empty()), "{case}: something follows");
        clumsy.wrote_nothing(case).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_cut_off_is_not_a_notification() {
    let server = Server::start().await;
    let clumsy = Clumsy::new(&server).await;
    let bearer = format!("Bearer {}", clumsy.client.token.as_deref().unwrap());
    let base = [("authorization", &*bearer), ("content-type", "application/json")];
    let body = good();
    let whole = body.len().to_string();

    // what the length cuts off is read as the next request, which it is not
    let mut raw = Raw::open(server.address).await;
    let shorter = (body.len() - 1).to_string();
    raw.request(&format!("POST {SEND}"), &[&base[..], &[("content-length", &*shorter)]].concat())
        .await;
    raw.send(&body).await;
    raw.answer().await.unwrap().expect_problem(400, "malformed_json");

    // the client leaves in the middle
    let mut raw = Raw::open(server.address).await;
    raw.request(&format!("POST {SEND}"), &[&base[..], &[("content-length", &*whole)]].concat())
        .await;
    raw.send(&body[..body.len() - 1]).await;
    drop(raw);

    // the chunks are damaged
    let mut raw = Raw::open(server.address).await;
    let headers = [&base[..], &[("transfer-encoding", "chunked")]].concat();
    raw.request(&format!("POST {SEND}"), &headers).await;
    raw.send(format!("{:x}\r\n{body}\r\nzz\r\n", body.len())).await;
    assert_eq!(raw.answer().await.unwrap().status, 400);
    clumsy.wrote_nothing("one of them").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_carries_many_requests_good_and_bad() {
    let server = Server::start().await;
    let clumsy = Clumsy::new(&server).await;
    let bearer = format!("Bearer {}", clumsy.client.token.as_deref().unwrap());
    let mut raw = Raw::open(server.address).await;
    let base = [("authorization", &*bearer), ("content-type", "application/json")];
    let statuses = [(good(), 201), ("{".to_owned(), 400), ("{}".to_owned(), 422), (good(), 201)];
    for (body, status) in &statuses {
        let length = body.len().to_string();
        let headers = [&base[..], &[("content-length", &*length)]].concat();
        raw.request(&format!("POST {SEND}"), &headers).await;
        raw.send(body).await;
        assert_eq!(raw.answer().await.unwrap().status, *status);
    }
    // several at once are answered in their order
    for path in ["/healthz", "/nowhere", "/api/v1/me", "/healthz"] {
        raw.request(&format!("GET {path}"), &base[..1]).await;
    }
    for status in [200, 404, 200, 200] {
        assert_eq!(raw.answer().await.unwrap().status, status);
    }
}

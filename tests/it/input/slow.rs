//! Clients that take their time.

use std::time::Duration;

use tokio::time::Instant;

use crate::input::{Clumsy, SEND, good};
use crate::support::{Raw, Server};

/// Sends a byte each second for as long as that is of use, and answers how long it was.
async fn trickle(mut raw: Raw, bytes: &[u8]) -> (u16, Duration) {
    let begun = Instant::now();
    let mut bytes = bytes.iter();
    loop {
        let answered = tokio::time::timeout(Duration::from_secs(1), raw.answer()).await;
        if let Ok(answer) = answered {
            let status = answer.expect("an answer").status;
            let took = begun.elapsed();
            assert!(raw.end().await.unwrap().is_empty(), "closed in order");
            return (status, took);
        }
        raw.send([*bytes.next().expect("cut off before the end")]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_waited_for_without_end() {
    let server = Server::start().await;
    let clumsy = Clumsy::new(&server).await;
    let bearer = format!("Bearer {}", clumsy.client.token.as_deref().unwrap());
    let base = [("authorization", &*bearer), ("content-type", "application/json")];
    let begin = async |framing: (&str, &str)| {
        let mut raw = Raw::open(server.address).await;
        raw.request(&format!("POST {SEND}"), &[&base[..], &[framing]].concat()).await;
        raw
    };
    let body = good();
    let length = body.len().to_string();
    let chunks: String = body.chars().map(|c| format!("1\r\n{c}\r\n")).collect();
    let (plain, chunked, head) = tokio::join!(
        async { trickle(begin(("content-length", &length)).await, body.as_bytes()).await },
        async { trickle(begin(("transfer-encoding", "chunked")).await, chunks.as_bytes()).await },
        async {
            let raw = Raw::open(server.address).await;
            trickle(raw, b"GET /healthz HTTP/1.1\r\nhost: herald\r\n\r\n").await
        },
    );
    for (case, (status, took), limit) in
        [("body", plain, 10), ("chunks", chunked, 10), ("head", head, 5)]
    {
        assert_eq!(status, 408, "{case}");
        // not before its time, and not much later on a busy machine
        assert!((limit - 1..limit + 15).contains(&took.as_secs()), "{case} after {took:?}");
    }
    clumsy.wrote_nothing("one of them").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_nobody_wants_is_not_waited_for() {
    let server = Server::start().await;
    for framing in [("transfer-encoding", "chunked"), ("content-length", "100")] {
        for (line, status) in
            [("POST /api/v1/notifications", 401), ("GET /healthz", 200), ("POST /nowhere", 404)]
        {
            let mut raw = Raw::open(server.address).await;
            raw.request(line, &[framing]).await;
            raw.send("3\r\nabc\r\n").await;
            assert_eq!(raw.answer().await.unwrap().status, status, "{line}");
            assert!(raw.end().await.unwrap().is_empty(), "{line}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_hold_up_nobody() {
    let server = Server::builder().set("HERALD_WORKERS", "1").start().await;
    let clumsy = Clumsy::new(&server).await;
    let bearer = format!("Bearer {}", clumsy.client.token.as_deref().unwrap());
    let mut slow = Vec::new();
    for _ in 0..100 {
        let mut raw = Raw::open(server.address).await;
        let headers = [
            ("authorization", &*bearer),
            ("content-type", "application/json"),
            ("content-length", "100"),
        ];
        raw.request(&format!("POST {SEND}"), &headers).await;
        raw.send("{").await;
        slow.push(raw);
    }
    clumsy.client.tell("alice", "past all of them").await;
}

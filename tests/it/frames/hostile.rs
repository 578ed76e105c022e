//! Frames that RFC 6455 or our limits forbid, and those that are odd but allowed.

use crate::frames::Wire;
use crate::frames::wire::{BINARY, CLOSE, CONTINUATION, LAST, PING, PONG, TEXT, frame, head};
use crate::support::Server;

const MAX: usize = 16 * 1024;

/// A heartbeat with so many bytes.
fn heartbeat_of(length: usize) -> Vec<u8> {
    let mut text = br#"{"type":"heartbeat"}"#.to_vec();
    text.resize(length, b' ');
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_is_not_allowed_closes_the_socket_with_its_code() {
    let server = Server::start().await;
    let alice = server.user("alice");
    let fragments = |parts: &[(u8, &[u8])]| -> Vec<u8> {
        parts.iter().flat_map(|(first, payload)| frame(*first, payload)).collect()
    };
    let mut unmasked = frame(LAST | TEXT, b"{}");
    unmasked[1] &= 0x7f;
    let cases: [(&str, Vec<u8>, u16); 21] = [
        ("not masked", unmasked, 1002),
        ("reserved bit 1", frame(0x40 | LAST | TEXT, b"{}"), 1002),
        ("reserved bit 2", frame(0x20 | LAST | TEXT, b"{}"), 1002),
        ("reserved bit 3", frame(0x10 | LAST | TEXT, b"{}"), 1002),
        ("reserved opcode", frame(LAST | 0x3, b"{}"), 1002),
        ("reserved control opcode", frame(LAST | 0xb, b""), 1002),
        ("ping in fragments", frame(PING, b""), 1002),
        ("close in fragments", frame(CLOSE, b""), 1002),
        ("ping of 126 bytes", frame(LAST | PING, &[b'x'; 126]), 1002),
        ("close of 126 bytes", frame(LAST | CLOSE, &[3; 126]), 1002),
        ("nothing to continue", frame(LAST | CONTINUATION, b"{}"), 1002),
        ("text within text", fragments(&[(TEXT, b"{"), (LAST | TEXT, b"}")]), 1002),
        ("binary within text", fragments(&[(TEXT, b"{"), (LAST | BINARY, b"}")]), 1002),
        ("not utf-8", frame(LAST | TEXT, b"{\xff}"), 1007),
        ("not utf-8 as a whole", fragments(&[(TEXT, b"\xc3"), (LAST, b"x")]), 1007),
        ("half a surrogate pair", frame(LAST | TEXT, b"\"\xed\xa0\x80\""), 1007),
        ("binary", frame(LAST | BINARY, b"{}"), 4500),
        ("binary in fragments", frame(BINARY, b"{}"), 4500),
        ("one byte too long", frame(LAST | TEXT, &heartbeat_of(MAX + 1)), 1009),
        (
            "too long in fragments",
            fragments(&[(TEXT, &heartbeat_of(MAX)), (LAST | CONTINUATION, b" ")]),
            1009,
        ),
        ("a length of 64 bits", head(LAST | TEXT, u64::MAX), 1009),
    ];
    for (case, bytes, code) in cases {
        let mut wire = Wire::of(&alice).await;
        wire.0.send(bytes).await;
        assert_eq!(wire.close_code().await, code, "{case}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_claims_a_gigabyte_is_not_waited_for() {
    let server = Server::start().await;
    let mut wire = Wire::of(&server.user("alice")).await;
    wire.0.send(head(LAST | TEXT, 1 << 30)).await;
    wire.0.send([b'x'; 2 * MAX]).await;
    assert_eq!(wire.close_code().await, 1009);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_message_may_come_in_any_pieces() {
    let server = Server::start().await;
    let mut wire = Wire::of(&server.user("alice")).await;
    let text = heartbeat_of(MAX);

    wire.send(LAST | TEXT, &text).await;
    assert_eq!(wire.message().await["type"], "heartbeat_ack");

    // a ping may come between fragments, and is answered at once
    wire.send(TEXT, &text[..7]).await;
    wire.send(LAST | PING, b"between").await;
    assert_eq!(wire.frame().await.unwrap(), (LAST | PONG, b"between".to_vec()));
    wire.send(CONTINUATION, &text[7..MAX - 1]).await;
    wire.send(LAST | CONTINUATION, &text[MAX - 1..]).await;
    assert_eq!(wire.message().await["type"], "heartbeat_ack");

    // a character may be cut
    wire.send(TEXT, "{\"type\":\"résumé\"}".as_bytes().split_at(11).0).await;
    wire.send(LAST | CONTINUATION, "{\"type\":\"résumé\"}".as_bytes().split_at(11).1).await;
    assert_eq!(wire.message().await["code"], "bad_message");

    for byte in frame(LAST | TEXT, br#"{"type":"heartbeat"}"#) {
        wire.0.send([byte]).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(wire.message().await["type"], "heartbeat_ack");
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_fragments_without_end_hold_up_nobody() {
    let server = Server::builder().set("HERALD_WORKERS", "1").start().await;
    let mut wire = Wire::of(&server.user("mallory")).await;
    let mut other = Wire::of(&server.user("alice")).await;
    wire.send(TEXT, br#"{"type":"#).await;
    let flood = frame(CONTINUATION, b"").repeat(50_000);
    let flooding = tokio::spawn(async move {
        wire.0.send(flood).await;
        wire
    });
    loop {
        assert!(other.is_alive().await);
        if flooding.is_finished() {
            break;
        }
        // no more messages than a client may send
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let mut wire = flooding.await.unwrap();
    wire.send(LAST | CONTINUATION, br#""heartbeat"}"#).await;
    assert_eq!(wire.message().await["type"], "heartbeat_ack");
}

#[tokio::test(flavor = "multi_thread")]
async fn pings_and_closes_are_answered() {
    let server = Server::start().await;
    let alice = server.user("alice");
    let mut wire = Wire::of(&alice).await;
    for payload in [&b""[..], b"x", &[b'x'; 125]] {
        wire.send(LAST | PING, payload).await;
        assert_eq!(wire.frame().await.unwrap(), (LAST | PONG, payload.to_vec()));
    }
    // a pong that nobody asked for is none of our business
    wire.send(LAST | PONG, b"?").await;
    assert!(wire.is_alive().await);

    for goodbye in [&b""[..], &[0x03, 0xe8], b"\x0f\xa0see you"] {
        let mut wire = Wire::of(&alice).await;
        wire.send(LAST | CLOSE, goodbye).await;
        assert_eq!(wire.close_code().await, 1000);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_with_the_handshake_is_heard_in_its_order() {
    let server = Server::start().await;
    let alice = server.user("alice");
    let address = alice.address;
    let token = alice.token.clone().unwrap();
    let mut raw = crate::support::Raw::open(address).await;
    let headers: String = crate::frames::wire::handshake(&[])
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let mut bytes =
        format!("GET /api/v1/ws HTTP/1.1\r\nhost: herald\r\n{headers}\r\n").into_bytes();
    let auth = format!(r#"{{"type":"auth","token":"{token}"}}"#);
    bytes.extend(frame(LAST | TEXT, auth.as_bytes()));
    bytes.extend(frame(LAST | PING, b"first"));
    bytes.extend(frame(LAST | TEXT, br#"{"type":"heartbeat"}"#));
    bytes.extend(frame(LAST | CLOSE, b""));
    raw.send(bytes).await;
    assert_eq!(raw.answer().await.unwrap().status, 101);
    let mut wire = Wire(raw);
    let mut kinds = Vec::new();
    loop {
        match wire.frame().await.unwrap() {
            (0x81, text) => {
                let message: serde_json::Value = serde_json::from_slice(&text).unwrap();
                kinds.push(message["type"].as_str().unwrap().to_owned());
            }
            (0x8a, payload) => kinds.push(String::from_utf8(payload).unwrap()),
            (0x88, _) => break,
            other => panic!("{other:?}"),
        }
    }
    // the head of the inbox is read meanwhile, so that hello may come late or not at all
    kinds.retain(|kind| kind != "hello");
    assert_eq!(kinds, ["first", "heartbeat_ack"]);
}

use std::net::SocketAddr;

use serde_json::Value;

use crate::support::{Answer, Client, Raw};

pub(super) const CONTINUATION: u8 = 0x0;
pub(super) const TEXT: u8 = 0x1;
pub(super) const BINARY: u8 = 0x2;
pub(super) const CLOSE: u8 = 0x8;
pub(super) const PING: u8 = 0x9;
pub(super) const PONG: u8 = 0xa;
/// Added to what a frame is: nothing follows it.
pub(super) const LAST: u8 = 0x80;

const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// The key of the handshake in RFC 6455 section 1.3, and what it must be answered.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// A WebSocket connection whose frames are written by hand.
pub(super) struct Wire(pub(super) Raw);

impl Wire {
    /// Asks for a socket; `headers` come on top of, or in place of, those of every handshake.
    pub(super) async fn ask(
        address: SocketAddr,
        query: &str,
        headers: &[(&str, &str)],
    ) -> (Raw, Answer) {
        let mut raw = Raw::open(address).await;
        raw.request(&format!("GET /api/v1/ws{query}"), &handshake(headers)).await;
        let answer = raw.answer().await.expect("an answer to the handshake");
        (raw, answer)
    }

    /// A socket that is open, as the headers say whose.
    pub(super) async fn open(address: SocketAddr, query: &str, headers: &[(&str, &str)]) -> Self {
        let (raw, answer) = Self::ask(address, query, headers).await;
        let answer = answer.expect(101);
        assert_eq!(answer.header("sec-websocket-accept"), ACCEPT);
        Self(raw)
    }

    /// A socket of a client, which has been greeted.
    pub(super) async fn of(client: &Client) -> Self {
        let mut wire = Self::open(client.address, "", &[("authorization", &bearer(client))]).await;
        assert_eq!(wire.message().await["type"], "hello");
        wire
    }

    /// Sends a frame, masked as a client must.
    pub(super) async fn send(&mut self, first: u8, payload: &[u8]) {
        self.0.send(frame(first, payload)).await;
    }

    /// Sends a message in one frame.
    pub(super) async fn say(&mut self, text: &str) {
        self.send(LAST | TEXT, text.as_bytes()).await;
    }

    /// The next frame; `None` if the connection has ended.
    pub(super) async fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let head = self.0.take(2).await?;
        assert_eq!(head[1] & 0x80, 0, "a server does not mask");
        let length = match head[1] {
            126 => usize::from(u16::from_be_bytes(self.0.take(2).await?.try_into().unwrap())),
            127 => panic!("no message of a test is that long"),
            short => usize::from(short),
        };
        Some((head[0], self.0.take(length).await?))
    }

    /// The next frame, which must be a message.
    pub(super) async fn message(&mut self) -> Value {
        let (first, payload) = self.frame().await.expect("a message");
        assert_eq!(first, LAST | TEXT, "{:?}", String::from_utf8_lossy(&payload));
        serde_json::from_slice(&payload).unwrap()
    }

    /// The code that the server closes with, passing over messages; nothing may follow it, and the
    /// connection must not be torn down.
    pub(super) async fn close_code(mut self) -> u16 {
        loop {
            let (first, payload) = self.frame().await.expect("a close frame");
            if first == LAST | CLOSE {
                assert!(
                    self.0.end().await.unwrap().is_empty(),
                    "something follows the close frame"
                );
                return u16::from_be_bytes([payload[0], payload[1]]);
            }
        }
    }

    /// Whether messages are still understood.
    pub(super) async fn is_alive(&mut self) -> bool {
        self.say(r#"{"type":"heartbeat"}"#).await;
        self.message().await["type"] == "heartbeat_ack"
    }
}

/// The headers of a handshake, some of them changed; an empty one is left out.
pub(super) fn handshake<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", KEY),
    ];
    let is_changed = |name: &str| changed.iter().any(|(other, _)| *other == name);
    let mut headers: Vec<_> = usual.into_iter().filter(|(name, _)| !is_changed(name)).collect();
    headers.extend(changed.iter().filter(|(_, value)| !value.is_empty()));
    headers
}

/// A client's `Authorization`.
pub(super) fn bearer(client: &Client) -> String {
    format!("Bearer {}", client.token.as_deref().unwrap())
}

/// A masked frame.
pub(super) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = head(first, payload.len() as u64);
    bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

/// The beginning of a masked frame that claims a length.
pub(super) fn head(first: u8, length: u64) -> Vec<u8> {
    let mut bytes = vec![first];
    match length {
        0..126 => bytes.push(0x80 | length as u8),
        126..0x1_0000 => {
            bytes.push(0x80 | 126);
            bytes.extend((length as u16).to_be_bytes());
        }
        _ => {
            bytes.push(0x80 | 127);
            bytes.extend(length.to_be_bytes());
        }
    }
    bytes.extend(MASK);
    bytes
}

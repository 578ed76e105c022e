use anyhow::{Context, Result, anyhow, bail};
use futures_util::{SinkExt, StreamExt};
use reqwest::{Method, StatusCode, Upgraded, header};
use serde_json::Value;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use crate::cli::NotNow;
use crate::cli::remote::{ANSWER, Client};

/// A WebSocket that speaks `herald.v1`, over the same HTTP client as everything else, so that TLS
/// and proxies are the same.
pub(super) struct Socket(WebSocketStream<Upgraded>);

/// What came.
pub(super) enum Heard {
    /// a message, as text and as what it says
    Message(String, Value),
    /// the server hung up, with a code and a reason if it could
    Closed(Option<(u16, String)>),
}

impl Socket {
    /// The handshake of RFC 6455, section 4.1.
    pub(super) async fn open(client: &Client) -> Result<Self> {
        let key = generate_key();
        let request = client
            .request(Method::GET, "/api/v1/ws")?
            .header(header::CONNECTION, "Upgrade")
            .header(header::UPGRADE, "websocket")
            .header(header::SEC_WEBSOCKET_VERSION, "13")
            .header(header::SEC_WEBSOCKET_KEY, &key)
            .header(header::SEC_WEBSOCKET_PROTOCOL, "herald.v1");
        let answer = client.send(request).await?;
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
            bail!("there is no Herald at {}: it does not speak WebSocket", client.url());
        }
        let accept = answer.headers().get(header::SEC_WEBSOCKET_ACCEPT);
        if accept.is_none_or(|accept| accept != derive_accept_key(key.as_bytes()).as_str()) {
            bail!("the handshake was answered by something that does not speak WebSocket");
        }
        let upgraded = tokio::time::timeout(ANSWER, answer.upgrade()).await;
        let upgraded = upgraded.map_err(|_| anyhow!("no connection").context(NotNow))?;
        let upgraded = upgraded.context("the connection broke").context(NotNow)?;
        Ok(Self(WebSocketStream::from_raw_socket(upgraded, Role::Client, None).await))
    }

    /// Sends a message; that the connection broke is found out by reading.
    pub(super) async fn say(&mut self, message: &Value) {
        let _ = self.0.send(Message::text(message.to_string())).await;
    }

    /// Waits for something. May be dropped and called again.
    pub(super) async fn hear(&mut self) -> Heard {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
                    Ok(value) => return Heard::Message(text.to_string(), value),
                    Err(_) => return Heard::Closed(None),
                },
                Some(Ok(Message::Close(reason))) => {
                    let told = reason.map(|frame| (frame.code.into(), frame.reason.to_string()));
                    return Heard::Closed(told);
                }
                // pings are answered by the library
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Heard::Closed(None),
            }
        }
    }
}

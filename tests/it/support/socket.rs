use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::PATIENCE;

/// A connection that can hold little of what is not read.
pub(crate) async fn narrow(address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(16 * 1024).unwrap();
    socket.connect(address).await.unwrap()
}

/// A WebSocket client that was not written for Herald.
pub(crate) struct Socket {
    inner: WebSocketStream<TcpStream>,
}

impl Socket {
    /// Opens a socket; `query` begins with `?` if there is one.
    pub(crate) async fn open(
        address: SocketAddr,
        token: Option<&str>,
        query: &str,
    ) -> Result<Self, Box<Error>> {
        Self::open_with(address, token, query, &[]).await
    }

    /// Opens a socket with further headers.
    pub(crate) async fn open_with(
        address: SocketAddr,
        token: Option<&str>,
        query: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Box<Error>> {
        let tcp = TcpStream::connect(address).await.map_err(|error| Box::new(error.into()))?;
        Self::open_over(tcp, token, query, headers).await
    }

    /// Opens a socket over a connection that is there.
    pub(crate) async fn open_over(
        tcp: TcpStream,
        token: Option<&str>,
        query: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Box<Error>> {
        Self::open_path(tcp, token, &format!("/api/v1/ws{query}"), headers).await
    }

    /// Opens a socket of a dialect; the path may have a query.
    pub(crate) async fn at(address: SocketAddr, path: &str) -> Result<Self, Box<Error>> {
        let tcp = TcpStream::connect(address).await.map_err(|error| Box::new(error.into()))?;
        Self::open_path(tcp, None, path, &[]).await
    }

    async fn open_path(
        tcp: TcpStream,
        token: Option<&str>,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Box<Error>> {
        let url = format!("ws://{}{path}", tcp.peer_addr().unwrap());
        let mut request = url.into_client_request().map_err(Box::new)?;
        if let Some(token) = token {
            let value = format!("Bearer {token}").parse().unwrap();
            request.headers_mut().insert("authorization", value);
        }
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let (inner, _) = client_async(request, tcp).await.map_err(Box::new)?;
        Ok(Self { inner })
    }

    /// Sends a message.
    pub(crate) async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    /// Sends a frame.
    pub(crate) async fn send(&mut self, message: Message) {
        self.inner.send(message).await.unwrap();
    }

    /// Asks for what came after a position. That the connection is gone is seen by whoever listens.
    pub(crate) async fn resume(&mut self, epoch: &str, rev: i64) {
        let message = json!({"type": "resume", "epoch": epoch, "rev": rev});
        let _ = self.inner.send(Message::text(message.to_string())).await;
    }

    /// The next message; the code, if the server closes instead; `None` if the connection is gone.
    pub(crate) async fn next_or_close(&mut self) -> Option<Result<Value, u16>> {
        // pings do not make it patient
        timeout(PATIENCE, self.next_text()).await.expect("a message in time")
    }

    async fn next_text(&mut self) -> Option<Result<Value, u16>> {
        loop {
            match self.inner.next().await? {
                Ok(Message::Text(text)) => return Some(Ok(serde_json::from_str(&text).unwrap())),
                Ok(Message::Close(reason)) => return reason.map(|reason| Err(reason.code.into())),
                Ok(_) => {}
                Err(_) => return None,
            }
        }
    }

    /// The next message.
    pub(crate) async fn next(&mut self) -> Value {
        match self.next_or_close().await {
            Some(Ok(message)) => message,
            other => panic!("expected a message, got {other:?}"),
        }
    }

    /// The next message of a type, passing over others.
    pub(crate) async fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let message = self.next().await;
            if message["type"] == kind {
                return message;
            }
        }
    }

    /// The code that the server closes with, passing over messages.
    pub(crate) async fn close_code(&mut self) -> u16 {
        loop {
            match self.next_or_close().await {
                Some(Ok(_)) => {}
                Some(Err(code)) => return code,
                None => panic!("the connection ended without a close frame"),
            }
        }
    }

    /// Closes, as a well-behaved client does.
    pub(crate) async fn close(mut self) {
        let _ = self.inner.close(None).await;
    }
}

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::{Client, Copy, Socket, Stream};

/// How a device hears.
pub(crate) enum Line {
    Socket(Socket),
    Stream(Stream),
}

impl Line {
    /// The next message; `None` when the server has ended it.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        match self {
            Self::Socket(socket) => socket.next_or_close().await?.ok(),
            Self::Stream(stream) => stream.next().await,
        }
    }
}

/// A device that keeps a copy of its user's inbox, as docs/protocol.md tells it to.
pub(crate) struct Device {
    client: Client,
    pub(crate) line: Line,
    pub(crate) copy: Copy,
    pub(crate) epoch: String,
    /// the last revision of this connection, which only ever grows
    heard: i64,
    /// why the list had to be read again
    pub(crate) resyncs: Vec<String>,
}

/// How a device says where it wants to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resuming {
    /// a socket, as soon as it is open
    AtOnce,
    /// a socket, when hello has come
    AfterHello,
    /// a stream, by `Last-Event-ID`
    LastEventId,
}

impl Device {
    /// A new device with a socket.
    pub(crate) async fn with_socket(client: &Client) -> Self {
        Self::new(client, Line::Socket(client.socket().await)).await
    }

    /// A new device with a stream.
    pub(crate) async fn with_stream(client: &Client) -> Self {
        Self::new(client, Line::Stream(client.stream(None).await)).await
    }

    async fn new(client: &Client, mut line: Line) -> Self {
        let hello = line.next().await.unwrap();
        assert_eq!(hello["type"], "hello");
        let copy = Copy::of(client).await;
        let epoch = hello["epoch"].as_str().unwrap().to_owned();
        Self { client: client.clone(), line, copy, epoch, heard: 0, resyncs: Vec::new() }
    }

    /// Connects again, and asks for what came since.
    pub(crate) async fn reconnect(&mut self, resuming: Resuming) {
        self.try_reconnect(resuming).await.expect("a connection");
    }

    /// The same; `None` if the server is not there, or cannot do it now.
    pub(crate) async fn try_reconnect(&mut self, resuming: Resuming) -> Option<()> {
        let position = format!("{}:{}", self.epoch, self.copy.rev);
        self.line = match resuming {
            Resuming::LastEventId => {
                Line::Stream(Stream::open(&self.client, Some(&position)).await?)
            }
            Resuming::AtOnce | Resuming::AfterHello => {
                let token = self.client.token.as_deref();
                Line::Socket(Socket::open(self.client.address, token, "").await.ok()?)
            }
        };
        self.heard = 0;
        if let Line::Socket(socket) = &mut self.line {
            if resuming == Resuming::AfterHello {
                assert_eq!(socket.next().await["type"], "hello");
            }
            socket.resume(&self.epoch, self.copy.rev).await;
        }
        Some(())
    }

    /// Goes on at another address, when it connects again.
    pub(crate) fn move_to(&mut self, address: SocketAddr) {
        self.client = self.client.at(address);
    }

    /// Says something; only a socket can.
    pub(crate) async fn say(&mut self, message: Value) {
        match &mut self.line {
            Line::Socket(socket) => socket.say(message).await,
            Line::Stream(_) => panic!("a stream only listens"),
        }
    }

    /// The next message, taken over into the copy.
    pub(crate) async fn hear(&mut self) -> Value {
        self.try_hear().await.expect("a message")
    }

    /// The same; `None` if the connection is over.
    pub(crate) async fn try_hear(&mut self) -> Option<Value> {
        let message = self.line.next().await?;
        match message["type"].as_str().unwrap() {
            "resync" => {
                self.resyncs.push(message["reason"].as_str().unwrap().to_owned());
                self.copy = Copy::of(&self.client).await;
            }
            "notification" | "changed" | "all_read" | "all_seen" => {
                let rev = message["rev"].as_i64().unwrap();
                assert!(rev > self.heard, "after {} came {message}", self.heard);
                self.heard = rev;
                if rev > self.copy.rev {
                    self.copy.hear(&message);
                }
            }
            _ => {}
        }
        Some(message)
    }

    /// Hears until its copy is at a revision.
    pub(crate) async fn reach(&mut self, rev: i64) {
        while self.copy.rev < rev {
            self.hear().await;
        }
    }

    /// Gives a command by its socket, and waits until it is carried out.
    pub(crate) async fn command(&mut self, kind: &str, ids: &[i64]) {
        let mut message = json!({"type": kind, "ref": kind});
        if !ids.is_empty() {
            message["ids"] = json!(ids);
        }
        self.say(message).await;
        loop {
            let heard = self.hear().await;
            if heard["ref"] == kind {
                assert_eq!(heard, json!({"type": "ok", "ref": kind}));
                return;
            }
        }
    }
}

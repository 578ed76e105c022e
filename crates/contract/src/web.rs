//! A server that stands in for a provider that is asked by HTTP.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Keeps what it was asked, and answers as it was told.
pub struct WebServer {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<WebRequest>>>,
    accepting: JoinHandle<()>,
}

/// What was asked.
#[derive(Debug, Clone)]
pub struct WebRequest {
    /// its method
    pub method: String,
    /// its path, with what follows a `?`
    pub path: String,
    /// its headers, in small letters, in their order
    pub headers: Vec<(String, String)>,
    /// its body
    pub body: Vec<u8>,
}

/// What is answered.
#[derive(Debug, Clone)]
pub enum WebReply {
    /// an answer
    Answer {
        /// its status
        status: u16,
        /// its headers; how long it is need not be said
        headers: Vec<(String, String)>,
        /// its body
        body: Vec<u8>,
    },
    /// that, when so much time has passed
    Later(Duration, Box<WebReply>),
    /// nothing, and the connection stays
    Hang,
    /// nothing, and the connection breaks
    Drop,
}

type Answers = dyn Fn(&WebRequest) -> WebReply + Send + Sync;

impl WebServer {
    /// On a free port of 127.0.0.1.
    pub async fn start(answers: impl Fn(&WebRequest) -> WebReply + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1:0", answers).await
    }

    /// At an address of this machine.
    pub async fn at(
        address: &str,
        answers: impl Fn(&WebRequest) -> WebReply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let accepting = tokio::spawn(accept(listener, asked.clone(), Arc::new(answers)));
        Self { address, asked, accepting }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A path of it, which begins with `/`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What it was asked so far, in its order.
    pub fn asked(&self) -> Vec<WebRequest> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for WebServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl WebRequest {
    /// A header by its name in small letters, if it is there once.
    ///
    /// # Panics
    ///
    /// If it is there more than once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        let value = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "{name} is there more than once");
        value
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl WebReply {
    /// An answer of that status, without a body.
    pub fn status(status: u16) -> Self {
        Self::Answer { status, headers: Vec::new(), body: Vec::new() }
    }

    /// The same, when so much time has passed.
    pub fn after(self, wait: Duration) -> Self {
        Self::Later(wait, Box::new(self))
    }

    /// The answer with a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// The answer with a body.
    pub fn body(mut self, text: impl Into<Vec<u8>>) -> Self {
        if let Self::Answer { body, .. } = &mut self {
            *body = text.into();
        }
        self
    }
}

async fn accept(listener: TcpListener, asked: Arc<Mutex<Vec<WebRequest>>>, answers: Arc<Answers>) {
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(serve(client, asked.clone(), answers.clone()));
    }
}

async fn serve(
    client: impl AsyncRead + AsyncWrite + Unpin,
    asked: Arc<Mutex<Vec<WebRequest>>>,
    answers: Arc<Answers>,
) {
    let mut client = BufReader::new(client);
    while let Some(request) = read(&mut client).await {
        asked.lock().unwrap().push(request.clone());
        let mut reply = answers(&request);
        while let WebReply::Later(wait, then) = reply {
            tokio::time::sleep(wait).await;
            reply = *then;
        }
        let WebReply::Answer { status, headers, body } = (match reply {
            WebReply::Hang => return std::future::pending().await,
            WebReply::Drop => return,
            answer => answer,
        }) else {
            unreachable!("the others are done with")
        };
        let mut text = format!("HTTP/1.1 {status} Answer\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        let whole = [text.as_bytes(), &body].concat();
        if client.write_all(&whole).await.is_err() {
            return;
        }
    }
}

/// The next request; nothing, when the client is gone.
async fn read(client: &mut (impl AsyncRead + Unpin)) -> Option<WebRequest> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let mut start = lines.next().unwrap().split(' ');
    let (method, path) = (start.next().unwrap().to_owned(), start.next().unwrap().to_owned());
    let headers: Vec<_> = lines
        .map(|line| line.split_once(':').unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut request = WebRequest { method, path, headers, body: Vec::new() };
    let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    request.body.resize(length, 0);
    client.read_exact(&mut request.body).await.ok()?;
    Some(request)
}

use std::net::SocketAddr;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Answer, PATIENCE};

/// A connection by which a test says exactly what it means to, byte by byte.
pub(crate) struct Raw {
    tcp: TcpStream,
    /// what has come and was not yet taken
    read: Vec<u8>,
}

impl Raw {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let tcp = TcpStream::connect(address).await.unwrap();
        tcp.set_nodelay(true).unwrap();
        Self { tcp, read: Vec::new() }
    }

    /// Sends bytes; the server may refuse to read them all.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let sent = tokio::time::timeout(PATIENCE, self.tcp.write_all(bytes.as_ref())).await;
        let _refused = sent.expect("the server reads or hangs up");
    }

    /// Sends the head of a request, with what goes without saying.
    pub(crate) async fn request(&mut self, line: &str, headers: &[(&str, &str)]) {
        let headers: String =
            headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        self.send(format!("{line} HTTP/1.1\r\nHost: herald\r\n{headers}\r\n")).await;
    }

    /// The next answer; `None` if the connection ends instead.
    pub(crate) async fn answer(&mut self) -> Option<Answer> {
        let head = loop {
            if let Some(end) = self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                break String::from_utf8(self.take(end + 4).await?).unwrap();
            }
            self.fill().await.ok().filter(|read| *read > 0)?;
        };
        let mut lines = head.trim_end().lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().unwrap();
        let headers: HeaderMap = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| {
                let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
                (name, HeaderValue::from_str(value).unwrap())
            })
            .collect();
        let length = headers.get("content-length").map_or("0", |value| value.to_str().unwrap());
        let bytes = self.take(length.parse().unwrap()).await?;
        let json = serde_json::from_slice(&bytes).unwrap_or_default();
        Some(Answer { status, headers, bytes, json })
    }

    /// So many bytes; `None` if the connection ends before.
    pub(crate) async fn take(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.read.len() < length {
            self.fill().await.ok().filter(|read| *read > 0)?;
        }
        let rest = self.read.split_off(length);
        Some(std::mem::replace(&mut self.read, rest))
    }

    /// Waits until the server hangs up, and answers what it said before; an error if it tore the
    /// connection down.
    pub(crate) async fn end(mut self) -> std::io::Result<Vec<u8>> {
        while self.fill().await? > 0 {}
        Ok(self.read)
    }

    async fn fill(&mut self) -> std::io::Result<usize> {
        let read = tokio::time::timeout(PATIENCE, self.tcp.read_buf(&mut self.read)).await;
        read.expect("something in time")
    }
}

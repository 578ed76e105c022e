use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A connection of which no more than a line is read at a time.
///
/// Whoever sits between can put replies behind the one to STARTTLS, before TLS begins. The library
/// would have read them already, and take them for replies of the server to what it says in secret. So they
/// stay behind, and TLS, which does not begin like that, fails.
#[derive(Debug)]
pub(crate) struct ByLine {
    tcp: TcpStream,
    read: Vec<u8>,
    /// how much of it was passed on
    passed: usize,
}

impl ByLine {
    pub(crate) fn new(tcp: TcpStream) -> Self {
        Self { tcp, read: Vec::new(), passed: 0 }
    }
}

impl AsyncRead for ByLine {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.passed == self.read.len() {
            let mut room = [0; 1024];
            let mut room = ReadBuf::new(&mut room);
            ready!(Pin::new(&mut self.tcp).poll_read(context, &mut room))?;
            self.read.clear();
            self.read.extend_from_slice(room.filled());
            self.passed = 0;
        }
        let waiting = &self.read[self.passed..];
        let line =
            waiting.iter().position(|byte| *byte == b'\n').map_or(waiting.len(), |at| at + 1);
        let length = line.min(into.remaining());
        into.put_slice(&waiting[..length]);
        self.passed += length;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for ByLine {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(context)
    }
}

impl AsyncTokioStream for ByLine {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.peer_addr()
    }
}

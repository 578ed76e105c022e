//! One WebSocket, which only listens, and answers pings.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;

use anyhow::{Context, Result, bail, ensure};
use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::subject::{Paths, Subject};

const TEXT: u8 = 0x81;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;
/// An empty pong, masked by zeros.
const PONG: [u8; 6] = [0x8a, 0x80, 0, 0, 0, 0];

thread_local! {
    /// What the sockets of a thread read into: each keeps only the beginning of a frame.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; 64 * 1024]);
}

/// An open socket.
pub(super) struct Socket {
    io: TcpStream,
    /// the beginning of a frame whose end has not come
    rest: Vec<u8>,
}

impl Socket {
    /// Shakes hands, and waits for the first message. `number` counts the sockets.
    pub(super) async fn open(number: usize, subject: &Subject, token: &str) -> Result<Self> {
        let Paths { socket: path, greeting, .. } = &subject.paths;
        let mut io = connect(number, subject.address).await.context("cannot connect")?;
        let handshake = format!(
            "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             sec-websocket-protocol: herald.v1\r\nauthorization: Bearer {token}\r\n\r\n"
        );
        io.write_all(handshake.as_bytes()).await?;
        let mut read = Vec::with_capacity(1024);
        loop {
            ensure!(io.read_buf(&mut read).await? > 0, "the server hung up during the handshake");
            let Some(end) = memmem::find(&read, b"\r\n\r\n") else { continue };
            if !read.starts_with(b"HTTP/1.1 101 ") {
                bail!("handshake refused: {}", String::from_utf8_lossy(&read));
            }
            let mut socket = Self { io, rest: read.split_off(end + 4) };
            socket.first().await?;
            if !greeting.is_empty() {
                socket.io.write_all(greeting).await?;
                socket.first().await?;
            }
            return Ok(socket);
        }
    }

    async fn first(&mut self) -> Result<()> {
        loop {
            let mut seen = false;
            let rest = std::mem::take(&mut self.rest);
            self.take(&rest, &mut |_| seen = true)?;
            if seen {
                return Ok(());
            }
            ensure!(self.io.read_buf(&mut self.rest).await? > 0, "the server hung up");
        }
    }

    /// Hands every text to `on_text`, until the connection is over.
    pub(super) async fn listen(mut self, mut on_text: impl FnMut(&[u8])) -> Result<()> {
        loop {
            self.io.readable().await?;
            SCRATCH.with_borrow_mut(|scratch| self.read(scratch, &mut on_text))?;
        }
    }

    fn read(&mut self, scratch: &mut [u8], on_text: &mut impl FnMut(&[u8])) -> Result<()> {
        let read = match self.io.try_read(scratch) {
            Ok(0) => bail!("the server hung up"),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        if self.rest.is_empty() {
            return self.take(&scratch[..read], on_text);
        }
        let mut whole = std::mem::take(&mut self.rest);
        whole.extend_from_slice(&scratch[..read]);
        self.take(&whole, on_text)
    }

    /// Takes the whole frames, and keeps what is left.
    fn take(&mut self, mut bytes: &[u8], on_text: &mut impl FnMut(&[u8])) -> Result<()> {
        while let Some((kind, payload, after)) = frame(bytes) {
            match kind {
                TEXT => on_text(payload),
                PING => ensure!(self.io.try_write(&PONG)? == PONG.len(), "cannot answer a ping"),
                CLOSE => bail!("the server closed: {}", String::from_utf8_lossy(payload)),
                _ => bail!("a frame of an unexpected kind, {kind:#x}"),
            }
            bytes = after;
        }
        self.rest.extend_from_slice(bytes);
        Ok(())
    }
}

/// Connects from one of many addresses of this machine: the kernel takes ever longer to find a free
/// port the more of an address's are in use.
async fn connect(number: usize, address: SocketAddr) -> io::Result<TcpStream> {
    const SOCKETS_PER_ADDRESS: usize = 2_000;
    let host = u8::try_from(1 + number / SOCKETS_PER_ADDRESS % 250).unwrap_or(1);
    let socket = TcpSocket::new_v4()?;
    if address.ip().is_loopback() {
        socket.bind(SocketAddr::from(([127, 0, 0, host], 0)))?;
    }
    socket.connect(address).await
}

/// The kind and the payload of the first frame, and what comes after it.
fn frame(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (length, start): (usize, usize) = match *bytes.get(1)? {
        126 => (usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)), 4),
        127 => (usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?, 10),
        short => (usize::from(short), 2),
    };
    let end = start.checked_add(length)?;
    Some((bytes[0], bytes.get(start..end)?, &bytes[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_taken_when_it_is_whole() {
        assert_eq!(frame(&[TEXT, 2, b'h', b'i', 7]), Some((TEXT, &b"hi"[..], &[7][..])));
        assert_eq!(frame(&[TEXT, 2, b'h']), None);
        let mut long = vec![TEXT, 126, 1, 0];
        long.extend([b'x'; 256]);
        assert_eq!(frame(&long).unwrap().1.len(), 256);
    }
}

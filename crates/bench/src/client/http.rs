use std::net::SocketAddr;

use anyhow::{Context, Result, bail, ensure};
use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection that is kept, with one request at a time.
pub(crate) struct Http {
    io: TcpStream,
    read: Vec<u8>,
    /// how much of `read` belongs to the answer before
    taken: usize,
}

/// Where the parts of an answer are.
struct Head {
    status: u16,
    body: usize,
    end: usize,
}

impl Http {
    /// Connects.
    pub(crate) async fn connect(address: SocketAddr) -> Result<Self> {
        let io = TcpStream::connect(address).await.context("cannot connect")?;
        io.set_nodelay(true)?;
        Ok(Self::of(io))
    }

    /// Over a connection that is open.
    pub(crate) fn of(io: TcpStream) -> Self {
        Self { io, read: Vec::with_capacity(16 * 1024), taken: 0 }
    }

    /// Sends a request and answers the body, if the status is that.
    pub(crate) async fn call(&mut self, request: &[u8], status: u16) -> Result<&[u8]> {
        self.io.write_all(request).await?;
        self.answer(status).await
    }

    /// Waits for the next answer, and answers its body, if the status is that.
    pub(crate) async fn answer(&mut self, status: u16) -> Result<&[u8]> {
        self.read.drain(..std::mem::take(&mut self.taken));
        let head = loop {
            if let Some(head) = parse(&self.read)?
                && self.read.len() >= head.end
            {
                break head;
            }
            ensure!(self.io.read_buf(&mut self.read).await? > 0, "the server hung up");
        };
        self.taken = head.end;
        let body = &self.read[head.body..head.end];
        if head.status != status {
            bail!("answered {}: {}", head.status, String::from_utf8_lossy(body));
        }
        Ok(body)
    }
}

fn parse(answer: &[u8]) -> Result<Option<Head>> {
    let Some(end) = memmem::find(answer, b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&answer[..end])?;
    let status = head.get(9..12).context("a status line is short")?.parse()?;
    let mut length = 0;
    for line in head.split("\r\n").skip(1) {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse()?;
        }
    }
    let body = end + 4;
    Ok(Some(Head { status, body, end: body + length }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_where_its_length_says() {
        let answer = b"HTTP/1.1 201 Created\r\nX: y\r\ncontent-Length: 2\r\n\r\n{}";
        let head = parse(answer).unwrap().unwrap();
        assert_eq!((head.status, &answer[head.body..head.end]), (201, &b"{}"[..]));
        assert!(parse(b"HTTP/1.1 201 Created\r\n").unwrap().is_none());
    }
}

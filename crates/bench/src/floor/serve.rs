use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::{Context, Result};
use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Builder;

use crate::report;

/// As many as a machine of the measurement has cores.
const THREADS: usize = 2;
/// What a `POST` is answered; as long as Herald's answer.
const CREATED: &[u8] = b"HTTP/1.1 201 Created\r\ncontent-length: 96\r\n\
    content-type: application/json\r\nlocation: /api/v1/notifications/1000000\r\n\
    x-request-id: 0123456789abcdef0123456789abcdef\r\ndate: Sat, 21 Nov 2026 09:00:00 GMT\r\n\r\n\
    {\"id\":1000000,\"state\":\"delivered\",\"recipients\":1,\"created_at\":\"2026-11-21T09:00:00.000000Z\"    }";
/// What a handshake is answered, with a first message.
const SWITCHING: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\
    connection: upgrade\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\
    sec-websocket-protocol: herald.v1\r\n\r\n\x81\x10{\"type\":\"hello\"}";

/// What the threads share.
#[derive(Default)]
struct State {
    /// never forgotten, for a floor lives for one measurement
    sockets: RwLock<Vec<TcpStream>>,
    turn: AtomicUsize,
}

impl State {
    /// One write to each socket, or to the next.
    fn send(&self, frame: &[u8], all: bool) {
        let sockets = self.sockets.read().unwrap_or_else(PoisonError::into_inner);
        if all {
            sockets.iter().for_each(|socket| write(socket, frame));
        } else if !sockets.is_empty() {
            let turn = self.turn.fetch_add(1, Ordering::Relaxed);
            write(&sockets[turn % sockets.len()], frame);
        }
    }
}

fn write(socket: &TcpStream, frame: &[u8]) {
    // whoever misses it says so
    let _ = socket.try_write(frame);
}

/// Serves until the process ends; says on standard output where.
pub(crate) fn serve() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    report::line(&listener.local_addr()?.to_string());
    let state = Arc::<State>::default();
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let (listener, state) = (listener.try_clone()?, state.clone());
            Ok(std::thread::spawn(move || accept(listener, &state)))
        })
        .collect::<Result<_>>()?;
    for thread in threads {
        thread.join().ok().context("a thread of the floor panicked")??;
    }
    Ok(())
}

fn accept(listener: TcpListener, state: &Arc<State>) -> Result<()> {
    Builder::new_current_thread().enable_io().build()?.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        loop {
            let (io, _) = listener.accept().await?;
            io.set_nodelay(true)?;
            let state = state.clone();
            tokio::spawn(async move {
                // the client is gone
                let _ended = connection(io, &state).await;
            });
        }
    })
}

async fn connection(mut io: TcpStream, state: &State) -> Result<()> {
    let mut read = Vec::with_capacity(16 * 1024);
    let page = page();
    loop {
        read.clear();
        let body = loop {
            if io.read_buf(&mut read).await? == 0 {
                return Ok(());
            }
            if let Some(body) = body_of(&read) {
                break body;
            }
        };
        if read.starts_with(b"GET /ws ") {
            io.write_all(SWITCHING).await?;
            state.sockets.write().unwrap_or_else(PoisonError::into_inner).push(io);
            return Ok(());
        }
        let answer = if read.starts_with(b"GET") { &page } else { CREATED };
        io.write_all(answer).await?;
        if !read.starts_with(b"GET") {
            let frame = frame(&read[body..]);
            state.send(&frame, read.starts_with(b"POST /all "));
        }
    }
}

/// Where the body begins, if the request is whole.
pub(crate) fn body_of(request: &[u8]) -> Option<usize> {
    const LENGTH: &[u8] = b"content-length: ";
    let head = memmem::find(request, b"\r\n\r\n")?;
    let length = memmem::find(&request[..head], LENGTH).map_or(0, |at| {
        let digits = request[at + LENGTH.len()..].iter().take_while(|byte| byte.is_ascii_digit());
        digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0'))
    });
    (request.len() >= head + 4 + length).then_some(head + 4)
}

/// A text frame, built once for all who get it.
fn frame(text: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(text.len() + 4);
    match u8::try_from(text.len()) {
        Ok(short @ 0..126) => frame.extend([0x81, short]),
        _ => {
            let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
            frame.extend([0x81, 126]);
            frame.extend(length.to_be_bytes());
        }
    }
    frame.extend_from_slice(text);
    frame
}

/// What a `GET` is answered: as long as a page of 20 items.
fn page() -> Vec<u8> {
    const LENGTH: usize = 8_000;
    let mut page = format!("HTTP/1.1 200 OK\r\ncontent-length: {LENGTH}\r\n\r\n").into_bytes();
    page.resize(page.len() + LENGTH, b' ');
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_whole_when_its_body_is() {
        let request = b"POST /one HTTP/1.1\r\ncontent-length: 2\r\n\r\nhi";
        assert_eq!(body_of(request), Some(request.len() - 2));
        assert_eq!(body_of(&request[..request.len() - 1]), None);
    }

    #[test]
    fn the_fixed_answers_are_as_long_as_they_say() {
        let body = memmem::find(CREATED, b"\r\n\r\n").unwrap() + 4;
        assert_eq!(CREATED.len() - body, 96);
        let hello = memmem::find(SWITCHING, b"\r\n\r\n").unwrap() + 4;
        assert_eq!(&SWITCHING[hello + 2..], br#"{"type":"hello"}"#);
        assert_eq!(SWITCHING[hello + 1], 16);
    }
}

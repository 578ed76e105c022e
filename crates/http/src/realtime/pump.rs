use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_codec::Decoder;
use actix_http::ws::{Codec, Frame, Item, ProtocolError};
use bytes::{Bytes, BytesMut};
use herald_realtime::{CloseCode, Peer, Wire};

use super::socket::Socket;

/// The longest message that a client may send.
const MAX_MESSAGE: usize = 16 * 1024;
/// The longest frame: a message in one, behind the longest header (RFC 6455 section 5.2).
const MAX_FRAME: usize = MAX_MESSAGE + 14;

thread_local! {
    /// What a worker's sockets read into, one after the other: a socket keeps only the beginning of
    /// a frame whose end has not come.
    static SCRATCH: RefCell<BytesMut> = RefCell::new(BytesMut::with_capacity(MAX_MESSAGE * 2));
}

/// Moves bytes between one connection and its peer until the connection is over. `read` is what
/// came with the handshake.
pub(super) async fn run(peer: Rc<Peer<Socket>>, read: Bytes) {
    let codec = Codec::new().max_size(MAX_MESSAGE);
    let mut pump = Pump { peer, codec, unread: read.into(), fragments: None, half_closed: false };
    poll_fn(|cx| pump.poll(cx)).await;
    pump.peer.close_wire();
}

struct Pump {
    peer: Rc<Peer<Socket>>,
    codec: Codec,
    /// read from the connection, but not yet taken
    unread: BytesMut,
    /// the beginning of a message that comes in several frames
    fragments: Option<Vec<u8>>,
    /// nothing more will be written
    half_closed: bool,
}

impl Pump {
    /// Ready when the connection is over.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.peer.wire().set_waker(cx.waker());
        loop {
            let socket = self.peer.wire();
            if socket.is_dead() {
                return Poll::Ready(());
            }
            let had_backlog = socket.has_backlog();
            match socket.poll_flush(cx) {
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Ready(Ok(())) if socket.is_closing() => return self.poll_goodbye(cx),
                // this may have something to say
                Poll::Ready(Ok(())) if had_backlog => self.peer.on_drained(),
                Poll::Ready(Ok(())) | Poll::Pending => return self.poll_read(cx),
            }
        }
    }

    /// Takes messages as long as there are some and the session can.
    ///
    /// Whatever a message causes to be written or closed wakes this task, so that the next poll
    /// sees to it.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            while !self.peer.is_busy() && !self.peer.is_closed() {
                match self.codec.decode(&mut self.unread) {
                    Ok(Some(frame)) => self.take(frame),
                    // the codec looks at a length only when all of the frame is there
                    Ok(None) if self.unread.len() > MAX_FRAME => {
                        self.peer.on_close(CloseCode::TooBig);
                    }
                    Ok(None) => break,
                    Err(ProtocolError::Overflow) => self.peer.on_close(CloseCode::TooBig),
                    Err(_) => self.peer.on_close(CloseCode::ProtocolError),
                }
            }
            if self.unread.is_empty() {
                self.unread = BytesMut::new();
            }
            if self.peer.is_busy() || self.peer.is_closed() {
                return Poll::Pending;
            }
            match self.poll_fill(cx) {
                Poll::Ready(Ok(1..)) => {}
                Poll::Ready(Ok(0) | Err(_)) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Reads what has come; ready with 0 when nothing more can come.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let io = self.peer.wire().io();
        loop {
            if io.poll_read_ready(cx)?.is_pending() {
                return Poll::Pending;
            }
            let read = SCRATCH.with_borrow_mut(|scratch| {
                scratch.clear();
                let read = io.try_read_buf(scratch)?;
                self.unread.extend_from_slice(scratch);
                Ok::<_, io::Error>(read)
            });
            match read {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                other => return Poll::Ready(other),
            }
        }
    }

    /// The Close frame is out: waits until the client has hung up, too. The wire's own clock ends
    /// the wait.
    fn poll_goodbye(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.half_closed {
            self.half_closed = true;
            let io = self.peer.wire().io();
            if socket2::SockRef::from(io).shutdown(std::net::Shutdown::Write).is_err() {
                return Poll::Ready(());
            }
        }
        loop {
            self.unread.clear();
            match self.poll_fill(cx) {
                Poll::Ready(Ok(1..)) => {}
                Poll::Ready(Ok(0) | Err(_)) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn take(&mut self, frame: Frame) {
        match frame {
            Frame::Text(text) => self.text(&text),
            Frame::Binary(_) | Frame::Continuation(Item::FirstBinary(_)) => {
                self.peer.on_close(CloseCode::BadMessage);
            }
            Frame::Continuation(item) => self.fragment(item),
            Frame::Ping(payload) => {
                self.peer.on_control_frame();
                self.peer.wire().pong(&payload);
            }
            Frame::Pong(_) => self.peer.on_control_frame(),
            Frame::Close(_) => self.peer.on_close(CloseCode::Normal),
        }
    }

    fn fragment(&mut self, item: Item) {
        let (part, last) = match item {
            Item::FirstText(part) => {
                self.fragments = Some(Vec::new());
                (part, false)
            }
            Item::Continue(part) | Item::FirstBinary(part) => (part, false),
            Item::Last(part) => (part, true),
        };
        let mut message = self.fragments.take().unwrap_or_default();
        if message.len() + part.len() > MAX_MESSAGE {
            return self.peer.on_close(CloseCode::TooBig);
        }
        message.extend_from_slice(&part);
        if last {
            self.text(&message);
        } else {
            self.fragments = Some(message);
        }
    }

    fn text(&self, text: &[u8]) {
        match std::str::from_utf8(text) {
            Ok(text) => self.peer.on_text(text),
            Err(_) => self.peer.on_close(CloseCode::NotUtf8),
        }
    }
}

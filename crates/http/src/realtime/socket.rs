use std::cell::{Cell, RefCell};
use std::io;
use std::task::{Context, Poll, Waker, ready};

use actix_rt::net::TcpStream;
use herald_realtime::{CloseCode, Frame, Wire};

use super::frame;
use super::outgoing::Outgoing;

/// One WebSocket connection, as it is left over when HTTP is done with it.
///
/// Messages are written at once if the device takes them, those of one moment by one system call;
/// only the rest, if any, is kept. So an idle socket holds no buffer.
pub(super) struct Socket {
    io: TcpStream,
    outgoing: RefCell<Option<Box<Outgoing>>>,
    /// wakes the task that reads, and that writes what waits
    waker: RefCell<Option<Waker>>,
    state: Cell<State>,
    /// seconds in which the device took nothing of what waits
    stalled: Cell<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// a Close frame was sent or waits; nothing may follow it
    Closing,
    /// the connection is broken
    Dead,
}

impl Socket {
    /// How long a device may take nothing.
    const STALLED_SECONDS: u8 = 8;
    /// How long it may take to take a Close frame.
    const CLOSING_SECONDS: u8 = 3;
    /// What the kernel may keep of a device that reads too slowly, once nothing more will come.
    const LAST_WORDS: usize = 1024 * 1024;

    pub(super) fn new(io: TcpStream, unsent: &[u8]) -> Self {
        let outgoing = (!unsent.is_empty()).then(|| Outgoing::of_rest(unsent));
        Self {
            io,
            outgoing: RefCell::new(outgoing),
            waker: RefCell::new(None),
            state: Cell::new(State::Open),
            stalled: Cell::new(0),
        }
    }

    pub(super) fn io(&self) -> &TcpStream {
        &self.io
    }

    pub(super) fn is_dead(&self) -> bool {
        self.state.get() == State::Dead
    }

    pub(super) fn is_closing(&self) -> bool {
        self.state.get() != State::Open
    }

    pub(super) fn kill(&self) {
        self.state.set(State::Dead);
        self.wake();
    }

    pub(super) fn set_waker(&self, waker: &Waker) {
        let mut slot = self.waker.borrow_mut();
        if slot.as_ref().is_none_or(|known| !known.will_wake(waker)) {
            *slot = Some(waker.clone());
        }
    }

    /// Answers a ping.
    pub(super) fn pong(&self, payload: &[u8]) {
        self.push(|out| frame::pong(out, payload));
        self.flush();
    }

    /// Writes what waits. Ready when nothing does.
    pub(super) fn poll_flush(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            match self.try_flush() {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(self.io.poll_write_ready(cx))?;
                }
                done => return Poll::Ready(done),
            }
        }
    }

    /// Writes as much of what waits as the device takes; `WouldBlock` if that is not all.
    fn try_flush(&self) -> io::Result<()> {
        let mut slot = self.outgoing.borrow_mut();
        let Some(outgoing) = slot.as_mut() else { return Ok(()) };
        while !outgoing.rest().is_empty() {
            let sent = self.io.try_write(outgoing.rest())?;
            outgoing.advance(sent);
            self.stalled.set(0);
        }
        if let Some(outgoing) = slot.take() {
            outgoing.put_back();
        }
        Ok(())
    }

    /// Lets the kernel take the end of a begun frame and the Close frame from us, so that a device
    /// which reads again finds them even when the connection is no longer ours.
    fn make_room(&self) {
        let io = socket2::SockRef::from(&self.io);
        if let Err(error) = io.set_send_buffer_size(Self::LAST_WORDS) {
            tracing::debug!(%error, "cannot enlarge the send buffer");
        }
    }

    fn wake(&self) {
        if let Some(waker) = &*self.waker.borrow() {
            waker.wake_by_ref();
        }
    }

    /// Puts a frame behind what waits.
    fn push(&self, put: impl FnOnce(&mut Vec<u8>)) {
        if !self.is_closing() {
            self.outgoing.borrow_mut().get_or_insert_with(Outgoing::get).push(put);
        }
    }
}

impl Wire for Socket {
    fn send(&self, frame: &Frame) {
        self.push(|out| frame::text(out, &frame.head, &frame.tail));
    }

    fn ping(&self) {
        self.push(frame::ping);
    }

    fn close(&self, code: CloseCode) {
        if self.is_closing() {
            return;
        }
        if code == CloseCode::Slow
            && let Some(outgoing) = self.outgoing.borrow_mut().as_mut()
        {
            outgoing.drop_unsent();
            self.make_room();
        }
        self.push(|out| frame::close(out, code));
        self.state.set(State::Closing);
        self.stalled.set(0);
        self.wake();
    }

    fn flush(&self) {
        if self.is_dead() {
            return;
        }
        match self.try_flush() {
            Ok(()) => {}
            // the task goes on with it
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.wake(),
            Err(_) => self.kill(),
        }
    }

    fn has_backlog(&self) -> bool {
        self.outgoing.borrow().is_some()
    }

    fn room(&self) -> usize {
        self.outgoing.borrow().as_ref().map_or(Outgoing::LIMIT, |outgoing| outgoing.room())
    }

    fn tick(&self) -> bool {
        if self.state.get() == State::Closing {
            self.stalled.set(self.stalled.get() + 1);
            if self.stalled.get() > Self::CLOSING_SECONDS {
                self.kill();
            }
            return true;
        }
        if !self.has_backlog() {
            self.stalled.set(0);
            return true;
        }
        self.stalled.set(self.stalled.get() + 1);
        self.stalled.get() < Self::STALLED_SECONDS
    }

    fn read_on(&self) {
        self.wake();
    }
}

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures_util::Stream;
use herald_domain::Epoch;
use herald_realtime::{CloseCode, Frame, Peer, Wire};

/// One stream of server-sent events: what waits until the connection takes it.
pub(super) struct EventWire {
    epoch: Epoch,
    waiting: RefCell<Vec<u8>>,
    waker: RefCell<Option<Waker>>,
    ended: Cell<bool>,
    /// seconds in which the connection took nothing of what waits
    stalled: Cell<u8>,
}

impl EventWire {
    /// Nothing live is added to more than this.
    const LIMIT: usize = 256 * 1024;
    /// How long a device may take nothing.
    const STALLED_SECONDS: u8 = 8;

    pub(super) fn new(epoch: Epoch) -> Self {
        Self {
            epoch,
            waiting: RefCell::default(),
            waker: RefCell::default(),
            ended: Cell::default(),
            stalled: Cell::default(),
        }
    }

    fn take(&self) -> Option<Bytes> {
        let waiting = self.waiting.take();
        (!waiting.is_empty()).then(|| Bytes::from(waiting))
    }
}

impl Wire for EventWire {
    fn send(&self, frame: &Frame) {
        let Frame { event, rev, head, tail } = frame;
        let id = rev.map(|rev| format!("id: {}:{rev}\n", self.epoch)).unwrap_or_default();
        let mut waiting = self.waiting.borrow_mut();
        waiting.extend_from_slice(format!("{id}event: {event}\ndata: {head}").as_bytes());
        waiting.extend_from_slice(tail);
        waiting.extend_from_slice(b"\n\n");
    }

    fn ping(&self) {
        self.waiting.borrow_mut().extend_from_slice(b": ping\n\n");
    }

    fn close(&self, _code: CloseCode) {
        self.ended.set(true);
    }

    fn flush(&self) {
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }

    fn has_backlog(&self) -> bool {
        !self.waiting.borrow().is_empty()
    }

    fn room(&self) -> usize {
        Self::LIMIT.saturating_sub(self.waiting.borrow().len())
    }

    fn tick(&self) -> bool {
        if !self.has_backlog() {
            self.stalled.set(0);
            return true;
        }
        self.stalled.set(self.stalled.get() + 1);
        self.stalled.get() < Self::STALLED_SECONDS
    }

    fn read_on(&self) {}
}

/// The body of the answer: ends when the session does, and ends the session when it is dropped.
pub(super) struct EventBody(pub(super) Rc<Peer<EventWire>>);

impl Stream for EventBody {
    type Item = Result<Bytes, std::convert::Infallible>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let wire = self.0.wire();
        if !wire.has_backlog() {
            // this may have something to say
            self.0.on_drained();
        }
        if let Some(bytes) = wire.take() {
            wire.stalled.set(0);
            return Poll::Ready(Some(Ok(bytes)));
        }
        if wire.ended.get() {
            return Poll::Ready(None);
        }
        *wire.waker.borrow_mut() = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for EventBody {
    fn drop(&mut self) {
        self.0.close_wire();
    }
}

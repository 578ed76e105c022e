use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::HttpMessage;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::Stream;

/// A request's body that comes in chunks, kept until the request is answered.
///
/// The connection waits for the end of such a body, without a limit, if nobody holds it any more. If
/// somebody does, it closes soon after an answer that did not need the whole body.
pub(super) struct Unread(Rc<RefCell<Payload>>);

impl Unread {
    /// Lets the request have the body, and keeps it; `None` if it does not come in chunks.
    pub(super) fn watch(request: &mut ServiceRequest) -> Option<Self> {
        if !request.chunked().unwrap_or(false) {
            return None;
        }
        let kept = Rc::new(RefCell::new(request.take_payload()));
        let lent: Pin<Box<dyn Stream<Item = _>>> = Box::pin(Lent(kept.clone()));
        request.set_payload(Payload::Stream { payload: lent });
        Some(Self(kept))
    }

    /// The body of the answer, which keeps the request's with it.
    pub(super) fn until_answered(self, answer: BoxBody) -> BoxBody {
        BoxBody::new(Answer { body: answer, _unread: self.0 })
    }
}

struct Lent(Rc<RefCell<Payload>>);

impl Stream for Lent {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut *self.0.borrow_mut()).poll_next(cx)
    }
}

struct Answer {
    body: BoxBody,
    _unread: Rc<RefCell<Payload>>,
}

impl MessageBody for Answer {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(cx)
    }
}

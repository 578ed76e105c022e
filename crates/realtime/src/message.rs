use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use herald_domain::{Head, Notification};

use crate::{Format, Frame};

/// What devices are to hear of: the same for all whom it concerns, on every worker.
#[derive(Debug)]
pub struct Message {
    kind: &'static str,
    body: Body,
}

#[derive(Debug)]
enum Body {
    /// a new item, written down once in each format that one of the devices understands
    New { notification: Arc<Notification>, written: [OnceLock<Bytes>; Format::COUNT] },
    /// anything else, for which only `herald.v1` has words
    Other(Bytes),
}

impl Message {
    const NEW: &str = "notification";

    /// A new item.
    pub fn new_item(notification: Arc<Notification>) -> Self {
        let body = Body::New { notification, written: Default::default() };
        Self { kind: Self::NEW, body }
    }

    /// Any other change: its `type`, and what follows place and counts.
    pub fn change(kind: &'static str, tail: Bytes) -> Self {
        Self { kind, body: Body::Other(tail) }
    }

    /// The `type` in `herald.v1`.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The message for a device whose inbox stands there with it; `None` if the device's format has
    /// no words for it.
    pub fn frame(&self, format: Format, head: Head) -> Option<Frame> {
        match &self.body {
            Body::New { notification, written } => {
                let written = &written[format as usize];
                let text = written.get_or_init(|| format.new_item(notification)).clone();
                Some(Frame::of_item(format, head, text))
            }
            Body::Other(_) if format.is_dialect() => None,
            Body::Other(tail) => Some(Frame::at(self.kind, head, tail.clone())),
        }
    }
}

impl Frame {
    /// A new item, as [`Format::new_item`] wrote it.
    pub(crate) fn of_item(format: Format, head: Head, text: Bytes) -> Self {
        if format.is_dialect() {
            Self { event: Message::NEW, rev: Some(head.rev), head: String::new(), tail: text }
        } else {
            Self::at(Message::NEW, head, text)
        }
    }
}

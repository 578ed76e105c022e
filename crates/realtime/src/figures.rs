//! What an operator wants to know of sockets and streams, by the facade `metrics`.

use std::cell::Cell;

use metrics::{Counter, counter};

use crate::{CloseCode, Frame};

/// What RFC 6455 (section 7.1.5) calls an end without a Close frame: the connection was lost.
const LOST: &str = "1006";

/// One worker's counts. Messages are counted here, and added to what all workers share once a
/// second, so that no message costs more than a cell of its own worker.
pub(crate) struct Figures {
    messages: Cell<u64>,
    all_messages: Counter,
    resyncs: Counter,
    lost: Counter,
    closes: Vec<(CloseCode, Counter)>,
}

impl Figures {
    pub(crate) fn new() -> Self {
        let closes = |code: &CloseCode| (*code, close(code.number().to_string()));
        Self {
            messages: Cell::default(),
            all_messages: counter!("herald_realtime_messages_sent_total"),
            resyncs: resumes("resync"),
            lost: close(LOST.to_owned()),
            closes: CloseCode::ALL.iter().map(closes).collect(),
        }
    }

    /// A message goes to a device.
    pub(crate) fn sent(&self, frame: &Frame) {
        self.messages.set(self.messages.get() + 1);
        if frame.event == "resync" {
            self.resyncs.increment(1);
        }
    }

    /// The server ends a session.
    pub(crate) fn closed(&self, code: CloseCode) {
        if let Some((_, closes)) = self.closes.iter().find(|(known, _)| *known == code) {
            closes.increment(1);
        }
    }

    /// A connection ended before its session did.
    pub(crate) fn lost(&self) {
        self.lost.increment(1);
    }

    /// A second has passed.
    pub(crate) fn tick(&self) {
        self.all_messages.increment(self.messages.take());
    }
}

/// How resumes come out.
pub(crate) fn resumes(outcome: &'static str) -> Counter {
    counter!("herald_realtime_resumes_total", "outcome" => outcome)
}

/// Live events that found a worker's queue full; its devices read them from the store.
pub(crate) fn dropped() -> Counter {
    counter!("herald_realtime_events_dropped_total")
}

fn close(code: String) -> Counter {
    counter!("herald_realtime_closes_total", "code" => code)
}

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use herald_ports::LiveEvent;
use serde_json::value::RawValue;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use crate::Link;
use crate::figures::Events;
use crate::wire::{self, Frame};

/// How many events may wait to be given to the broker.
const WAITING: usize = 4_096;
/// How many events share a frame at most.
const TOGETHER: usize = 64;
/// How long the events of a frame are at most, in bytes, unless it is one alone.
const FRAME: usize = 128 * 1024;
/// How long an event is at most, in bytes: brokers refuse more than 1 MiB. What is longer is dropped.
const EVENT: usize = 768 * 1024;
/// How long a node is silent at most, so that others notice the loss of its last words.
const SILENCE: Duration = Duration::from_secs(10);

/// Takes events for other nodes.
pub(super) struct Outgoing {
    events: mpsc::Sender<LiveEvent>,
    link: Arc<Link>,
    /// events were dropped since the last frame
    dropped: Arc<AtomicBool>,
    figures: Events,
}

pub(super) fn outgoing(node: String, link: Arc<Link>) -> (Outgoing, Frames) {
    let (events, waiting) = mpsc::channel(WAITING);
    let dropped = Arc::new(AtomicBool::new(false));
    let frames = Frames {
        node,
        number: 0,
        said: Instant::now(),
        waiting,
        dropped: dropped.clone(),
        figures: Events::new(),
    };
    (Outgoing { events, link, dropped, figures: Events::new() }, frames)
}

impl Outgoing {
    pub(super) fn publish(&self, event: LiveEvent) {
        // what is said again is not missed: no device would find anything in the store
        let is_missed = !matches!(event, LiveEvent::Gossip { .. });
        let is_lost = !self.link.is_up() || self.events.try_send(event).is_err();
        if is_lost && is_missed {
            self.dropped.store(true, Ordering::Release);
            self.figures.dropped.increment(1);
        }
    }
}

/// What this node says to others.
pub struct Frames {
    node: String,
    /// of the next frame
    number: u64,
    /// when there was the last one
    said: Instant,
    waiting: mpsc::Receiver<LiveEvent>,
    dropped: Arc<AtomicBool>,
    figures: Events,
}

impl Frames {
    /// The first frame of a connection: it lets others find out what they missed while there was none.
    /// What waited for it is old by now, and dropped.
    pub fn begin(&mut self) -> Vec<u8> {
        let mut lost = self.number > 0;
        while self.waiting.try_recv().is_ok() {
            self.figures.dropped.increment(1);
            lost = true;
        }
        if lost {
            self.dropped.store(true, Ordering::Release);
        }
        self.frame(Vec::new())
    }

    /// The next frame: with what waits together, or with nothing, after a while. Nothing is lost if the
    /// caller stops waiting.
    pub async fn next(&mut self) -> Vec<u8> {
        let first = match timeout_at(self.said + SILENCE, self.waiting.recv()).await {
            Ok(Some(event)) => event,
            // nobody can publish any more
            Ok(None) => std::future::pending().await,
            Err(_) => return self.frame(Vec::new()),
        };
        let mut events = Vec::new();
        let mut length = 0;
        let mut next = Some(first);
        while let Some(event) = next {
            match wire::encode_event(&event).filter(|event| event.get().len() <= EVENT) {
                Some(event) => {
                    length += event.get().len();
                    events.push(event);
                }
                None => {
                    self.dropped.store(true, Ordering::Release);
                    self.figures.dropped.increment(1);
                }
            }
            let room = events.len() < TOGETHER && length < FRAME;
            next = if room { self.waiting.try_recv().ok() } else { None };
        }
        self.figures.published.increment(events.len() as u64);
        self.frame(events)
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    fn frame(&mut self, events: Vec<Box<RawValue>>) -> Vec<u8> {
        if self.dropped.swap(false, Ordering::AcqRel) {
            // the hole in the numbers
            self.number += 1;
        }
        let frame = Frame { node: &self.node, number: self.number, events };
        self.number += 1;
        self.said = Instant::now();
        frame.encode()
    }
}

#[cfg(test)]
mod tests {
    use herald_domain::UserKey;
    use herald_ports::{Gossip, SystemClock};

    use super::*;
    use crate::wire::Received;

    /// The number of a node's first frame, if it has published this before there was a broker.
    fn first_after(event: LiveEvent) -> u64 {
        let link = Link::new("publish", Arc::new(SystemClock));
        let (outgoing, mut frames) = outgoing("n1".to_owned(), link);
        outgoing.publish(event);
        Received::decode(&frames.begin()).unwrap().number
    }

    #[test]
    fn only_what_nobody_says_again_is_missed() {
        let node = "n1".into();
        assert_eq!(first_after(LiveEvent::Gossip { node, gossip: Gossip::Stopped }), 0);
        let user = UserKey::new(9);
        assert_eq!(first_after(LiveEvent::Revoked { user, session: None }), 1, "one is missing");
    }
}

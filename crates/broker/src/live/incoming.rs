use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use herald_ports::{LiveSink, LiveSinks};
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::figures::Events;
use crate::wire::{self, Received, Unreadable};

/// How often devices are told to look into the store at most: each of them reads.
const LAG: Duration = Duration::from_secs(5);
/// How many nodes are remembered. A node that starts anew is another one.
const NODES: usize = 1_024;

/// Takes what other nodes say, and tells the sinks of this one.
pub struct Incoming {
    node: String,
    sinks: Arc<LiveSinks>,
    /// the number that comes next from each node; any, if it was not listened to
    expected: Mutex<HashMap<String, Option<u64>>>,
    lagged: Notify,
    warned: AtomicBool,
    figures: Events,
}

impl Incoming {
    pub(super) fn new(node: String, sinks: Arc<LiveSinks>) -> Self {
        Self {
            node,
            sinks,
            expected: Mutex::default(),
            lagged: Notify::new(),
            warned: AtomicBool::new(false),
            figures: Events::new(),
        }
    }

    /// Takes one message from the broker. Whatever it is, it does no more harm than to be ignored.
    pub fn take(&self, message: &[u8]) {
        let frame = match Received::decode(message) {
            Ok(frame) => frame,
            Err(error) => return self.ignore(&error),
        };
        if frame.node == self.node {
            return;
        }
        if self.misses_some(&frame.node, frame.number) {
            self.lagged.notify_one();
        }
        for event in frame.events {
            match wire::decode_event(event) {
                Ok(event) => {
                    self.figures.received.increment(1);
                    self.sinks.deliver(&event);
                }
                Err(error) => self.ignore(&error),
            }
        }
    }

    /// Notes that it is listened again: what was said meanwhile is lost.
    pub fn listening(&self) {
        self.expected().values_mut().for_each(|expected| *expected = None);
        self.lagged.notify_one();
    }

    /// Tells the sinks that events may have been lost, whenever they may: at once the first time, and
    /// not too often then.
    pub async fn tell_lagged(&self) {
        loop {
            self.lagged.notified().await;
            self.figures.lagged.increment(1);
            self.sinks.lagged();
            sleep(LAG).await;
        }
    }

    /// Whether a frame of that node was lost before this one. Of a node that is new, and begins, none
    /// was.
    fn misses_some(&self, node: &str, number: u64) -> bool {
        let mut expected = self.expected();
        if expected.len() >= NODES && !expected.contains_key(node) {
            // most of them are gone; those that are not are taken for new once
            expected.clear();
        }
        // whoever is at the end of all numbers is not one of us
        let following = number.wrapping_add(1);
        match expected.get_mut(node) {
            Some(next) => next.replace(following).is_some_and(|next| next != number),
            None => {
                expected.insert(node.to_owned(), Some(following));
                number > 0
            }
        }
    }

    fn ignore(&self, error: &Unreadable) {
        self.figures.unreadable.increment(1);
        if !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(%error, "message on the live bus is ignored, and others like it");
        }
        if let Unreadable::Newer(_) = error {
            // it may have said something about an inbox
            self.lagged.notify_one();
        }
    }

    fn expected(&self) -> MutexGuard<'_, HashMap<String, Option<u64>>> {
        self.expected.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

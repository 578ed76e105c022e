use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use hdrhistogram::Histogram;
use tokio::sync::Notify;

use crate::clock::{nanos, now};

/// Which of the expected messages arrived, and when. Each is expected in as many copies as it has
/// recipients.
pub(crate) struct Ledger {
    begun: Instant,
    copies: usize,
    /// nanoseconds after the beginning; 0 is not yet
    sent: Box<[AtomicU64]>,
    arrived: Box<[AtomicU64]>,
    count: AtomicUsize,
    twice: AtomicUsize,
    unexpected: AtomicUsize,
    complete: Notify,
}

impl Ledger {
    /// Expects the messages 0 to `messages`, from now on.
    pub(crate) fn new(messages: usize, copies: usize) -> Self {
        let zeros = |size| (0..size).map(|_| AtomicU64::new(0)).collect();
        Self {
            begun: now(),
            copies,
            sent: zeros(messages),
            arrived: zeros(messages * copies),
            count: AtomicUsize::new(0),
            twice: AtomicUsize::new(0),
            unexpected: AtomicUsize::new(0),
            complete: Notify::new(),
        }
    }

    /// The message is sent, or was due to be, at that moment.
    pub(crate) fn sent(&self, number: usize, at: Instant) {
        self.sent[number].store(self.since_begun(at), Ordering::Relaxed);
    }

    /// That copy of the message has arrived just now.
    pub(crate) fn arrived(&self, number: usize, copy: usize) {
        let Some(slot) = self.arrived.get(number * self.copies + copy) else {
            self.unexpected.fetch_add(1, Ordering::Relaxed);
            return;
        };
        if slot.swap(self.since_begun(now()), Ordering::Relaxed) != 0 {
            self.twice.fetch_add(1, Ordering::Relaxed);
        } else if self.count.fetch_add(1, Ordering::AcqRel) + 1 == self.arrived.len() {
            self.complete.notify_one();
        }
    }

    /// Waits until everything is there, and answers how long that took since the first was sent.
    ///
    /// # Errors
    ///
    /// Something is missing after `patience`, or came twice.
    pub(crate) async fn complete(&self, patience: Duration) -> Result<Duration> {
        // whether it came in time is seen by the count
        let _ = tokio::time::timeout(patience, self.complete.notified()).await;
        let missing = self.arrived.len() - self.count.load(Ordering::Acquire);
        let twice = self.twice.load(Ordering::Relaxed);
        let unexpected = self.unexpected.load(Ordering::Relaxed);
        if missing + twice + unexpected > 0 {
            bail!(
                "of {} messages {missing} are missing, {twice} came twice, and {unexpected} were \
                 not expected",
                self.arrived.len()
            );
        }
        let load = |slot: &AtomicU64| slot.load(Ordering::Relaxed);
        let first = self.sent.iter().map(load).filter(|at| *at != 0).min().unwrap_or(0);
        let last = self.arrived.iter().map(load).max().unwrap_or(0);
        Ok(Duration::from_nanos(last.saturating_sub(first)))
    }

    /// How long each message took from being sent to the arrival of its last copy, in nanoseconds.
    pub(crate) fn latencies(&self) -> Result<Histogram<u64>> {
        let load = |slot: &AtomicU64| slot.load(Ordering::Relaxed);
        let mut histogram = Histogram::new(3)?;
        for (sent, copies) in self.sent.iter().zip(self.arrived.chunks(self.copies)) {
            let last = copies.iter().map(load).max().unwrap_or(0);
            histogram.record(last.saturating_sub(load(sent)))?;
        }
        Ok(histogram)
    }

    fn since_begun(&self, at: Instant) -> u64 {
        nanos(at.saturating_duration_since(self.begun)).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    #[test]
    fn complete_when_each_came_once() {
        let ledger = Ledger::new(2, 1);
        (0..2).for_each(|number| ledger.arrived(number, 0));
        assert!(block_on(ledger.complete(Duration::ZERO)).is_ok());
    }

    #[test]
    fn a_loss_a_repetition_and_a_stranger_are_told() {
        let ledger = Ledger::new(2, 1);
        [0, 0, 7].into_iter().for_each(|number| ledger.arrived(number, 0));
        let error = block_on(ledger.complete(Duration::ZERO)).unwrap_err().to_string();
        assert!(error.contains("1 are missing, 1 came twice, and 1 were not expected"), "{error}");
    }
}

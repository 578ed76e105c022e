use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use herald_domain::Timestamp;
use herald_ports::{Clock, StoreClock, StoreError};
use tokio::time::interval;

use crate::figures;

/// The clock of the store, as this process reads it: the machine's own, set right.
///
/// All that is decided by the time of day goes by it, so that of several machines one whose clock is
/// wrong neither begins what is scheduled early nor takes tokens for expired. Between machines it
/// agrees to within [`SyncedClock::TOLERANCE`] and half of the time that the store takes to answer.
pub struct SyncedClock {
    machine: Arc<dyn Clock>,
    store: Arc<dyn StoreClock>,
    /// how far the machine's clock is behind, in microseconds
    behind: AtomicI64,
}

impl SyncedClock {
    /// How often the store is asked: for so long a clock that is set meanwhile may be wrong.
    pub const ASK: Duration = Duration::from_secs(10);
    /// A smaller difference is left alone, for time should not jump without need.
    pub const TOLERANCE: Duration = Duration::from_millis(100);

    /// Asks the store for the time.
    ///
    /// # Errors
    ///
    /// What the store answers instead.
    pub async fn start(
        machine: Arc<dyn Clock>,
        store: Arc<dyn StoreClock>,
    ) -> Result<Self, StoreError> {
        let clock = Self { machine, store, behind: AtomicI64::new(0) };
        figures::clock_behind(0.0);
        clock.ask().await?;
        Ok(clock)
    }

    /// Asks again and again, until it is dropped. While the store does not answer, the difference
    /// stays what it was.
    pub async fn run(&self) {
        let mut turn = interval(Self::ASK);
        turn.tick().await; // the first comes at once
        loop {
            turn.tick().await;
            if let Err(error) = self.ask().await {
                tracing::debug!(%error, "cannot ask the store for the time");
            }
        }
    }

    /// Compares the clocks: the store's answer is of some moment between question and answer.
    pub async fn ask(&self) -> Result<(), StoreError> {
        let before = self.machine.now().as_micros();
        let there = self.store.time().await?.as_micros();
        let doubt = (self.machine.now().as_micros() - before) / 2;
        let behind = there - before - doubt;
        let error = behind - self.behind.load(Ordering::Relaxed);
        if error.unsigned_abs() > Self::TOLERANCE.as_micros() as u64 + doubt.unsigned_abs() {
            self.behind.store(behind, Ordering::Relaxed);
            let seconds = behind as f64 / 1e6;
            tracing::warn!(seconds, "the machine's clock is behind the store's, which counts");
            figures::clock_behind(seconds);
        }
        Ok(())
    }
}

impl Clock for SyncedClock {
    fn now(&self) -> Timestamp {
        let micros = self.machine.now().as_micros();
        Timestamp::from_micros(micros.saturating_add(self.behind.load(Ordering::Relaxed)))
    }
}

//! A process goes by the time of its store.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use herald_application::SyncedClock;
use herald_contract::fixtures::{ManualClock, NOW};
use herald_domain::Timestamp;
use herald_ports::{Clock, StoreClock, StoreError};

const HOUR: Duration = Duration::from_secs(3600);
const SLOW: Duration = Duration::from_secs(2);

/// A store that takes as long to answer as is said here, by the machine's clock.
struct Store {
    time: Mutex<Option<Timestamp>>,
    machine: Arc<ManualClock>,
    takes: Duration,
}

#[async_trait]
impl StoreClock for Store {
    async fn time(&self) -> Result<Timestamp, StoreError> {
        self.machine.advance(self.takes);
        let time = *self.time.lock().unwrap();
        time.ok_or_else(|| StoreError::Unavailable("gone".to_owned()))
    }
}

async fn machine_with(
    time: Timestamp,
    takes: Duration,
) -> (Arc<ManualClock>, Arc<Store>, SyncedClock) {
    let machine = Arc::new(ManualClock::default());
    let store = Arc::new(Store { time: Mutex::new(Some(time)), machine: machine.clone(), takes });
    let clock = SyncedClock::start(machine.clone(), store.clone()).await.unwrap();
    (machine, store, clock)
}

#[tokio::test]
async fn a_machine_that_is_ahead_goes_by_the_store() {
    let (machine, _, clock) = machine_with(NOW.minus(HOUR), Duration::ZERO).await;
    assert_eq!(clock.now(), NOW.minus(HOUR));
    machine.advance(HOUR);
    assert_eq!(clock.now(), NOW, "it goes on");
}

#[tokio::test]
async fn a_small_difference_is_left_alone() {
    let (_, _, clock) = machine_with(NOW.plus(SyncedClock::TOLERANCE), Duration::ZERO).await;
    assert_eq!(clock.now(), NOW);
}

/// Two seconds passed, and nobody knows when of them the store looked at its clock.
#[tokio::test]
async fn a_slow_answer_is_no_difference() {
    for time in [NOW, NOW.plus(SLOW)] {
        let (machine, _, clock) = machine_with(time, SLOW).await;
        assert_eq!(clock.now(), machine.now());
    }
}

#[tokio::test]
async fn a_clock_that_is_set_is_put_right_again() {
    let (machine, store, clock) = machine_with(NOW, Duration::ZERO).await;
    machine.advance(HOUR);
    clock.ask().await.unwrap();
    assert_eq!(clock.now(), NOW);
    machine.set(NOW);
    clock.ask().await.unwrap();
    assert_eq!(clock.now(), NOW);

    *store.time.lock().unwrap() = None;
    machine.advance(SLOW);
    clock.ask().await.unwrap_err();
    assert_eq!(clock.now(), NOW.plus(SLOW), "a store that is away changes nothing");
}

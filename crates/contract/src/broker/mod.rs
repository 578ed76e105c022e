//! What holds of every broker: nodes hear each other, jobs outlive connections, and nobody who sends
//! ever waits for it.
//!
//! Every case has an installation of its own on a broker that is shared, so that cases run at once
//! and beside other users. Faults are made by a [`Proxy`] between a node and the broker, which itself
//! goes on.

mod installation;
mod listener;
mod proxy;

pub mod dead_jobs;
pub mod faults;
pub mod nodes;

pub use installation::{BrokerUnderTest, Installation, OnBroker};
pub use listener::Listener;
pub use proxy::Proxy;

use std::time::Duration;

use herald_domain::NotificationId;
use herald_ports::{Job, JobQueue, Received};
use tokio::time::{Instant, sleep, timeout};

/// How long a broker may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long nothing comes before nothing will.
const SILENCE: Duration = Duration::from_millis(500);

/// Waits until it is so.
pub async fn eventually<F: Future<Output = bool>>(what: &str, mut is_so: impl FnMut() -> F) {
    eventually_within(PATIENCE, what, &mut is_so).await;
}

async fn eventually_within<F: Future<Output = bool>>(
    patience: Duration,
    what: &str,
    is_so: &mut impl FnMut() -> F,
) {
    let deadline = Instant::now() + patience;
    while !is_so().await {
        assert!(Instant::now() < deadline, "never: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

fn job(nth: i64) -> Job {
    Job::FanOut(NotificationId::new(nth))
}

fn number(job: Job) -> i64 {
    job.notification().get()
}

async fn receive(queue: &dyn JobQueue) -> Box<dyn Received> {
    timeout(PATIENCE, queue.receive()).await.unwrap()
}

async fn assert_is_silent(queue: &dyn JobQueue) {
    let received = timeout(SILENCE, queue.receive()).await;
    assert!(received.is_err(), "received {:?}", received.map(|received| received.job()));
}

//! What is counted about a broker.

use metrics::{Counter, Gauge, counter, gauge};

pub(crate) fn connected(link: &'static str) -> Gauge {
    gauge!("herald_broker_connected", "link" => link)
}

pub(crate) fn connects(link: &'static str) -> Counter {
    counter!("herald_broker_connects_total", "link" => link)
}

/// Events between nodes, by what became of them.
pub(crate) struct Events {
    pub(crate) published: Counter,
    pub(crate) dropped: Counter,
    pub(crate) received: Counter,
    pub(crate) unreadable: Counter,
    /// how often the devices of this node were told to look into the store
    pub(crate) lagged: Counter,
}

impl Events {
    pub(crate) fn new() -> Self {
        let events = |outcome| counter!("herald_broker_events_total", "outcome" => outcome);
        Self {
            published: events("published"),
            dropped: events("dropped"),
            received: events("received"),
            unreadable: events("unreadable"),
            lagged: counter!("herald_broker_lagged_total"),
        }
    }
}

/// What became of a job on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobOutcome {
    /// the broker has it
    Published,
    /// it was not given to the broker, which is away or slow
    Dropped,
    /// the broker has no room for it
    Refused,
    /// the broker knows no queue for it
    Returned,
    /// a worker may have it
    Received,
    /// its worker did not do it, and another may have it
    Requeued,
    /// no worker understands it
    Unreadable,
}

/// Counts a job.
pub fn job(outcome: JobOutcome) {
    let outcome = match outcome {
        JobOutcome::Published => "published",
        JobOutcome::Dropped => "dropped",
        JobOutcome::Refused => "refused",
        JobOutcome::Returned => "returned",
        JobOutcome::Received => "received",
        JobOutcome::Requeued => "requeued",
        JobOutcome::Unreadable => "unreadable",
    };
    counter!("herald_broker_jobs_total", "outcome" => outcome).increment(1);
}

use std::time::Duration;

use herald_domain::{Channel, Outcome, Timestamp};
use herald_ports::Backlog;
use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

/// What is counted of one channel.
pub(super) struct ChannelFigures {
    attempts: Histogram,
    breaker: Gauge,
    outcomes: Vec<(Outcome, Counter)>,
}

impl ChannelFigures {
    /// Of that channel; everything is there from the beginning.
    pub(super) fn new(channel: Channel) -> Self {
        let name = channel.as_str();
        let outcome = |outcome: &Outcome| {
            let labels = [("channel", name), ("outcome", outcome.as_str())];
            (*outcome, counter!("herald_delivery_attempts_total", &labels))
        };
        let breaker = gauge!("herald_delivery_breaker_open", "channel" => name);
        breaker.set(0.0);
        Self {
            attempts: histogram!("herald_delivery_attempt_duration_seconds", "channel" => name),
            breaker,
            outcomes: Outcome::ALL.iter().map(outcome).collect(),
        }
    }

    /// An attempt took so long.
    pub(super) fn attempted(&self, took: Duration) {
        self.attempts.record(took);
    }

    /// What came of it.
    pub(super) fn outcome(&self, outcome: Outcome) {
        if let Some((_, counter)) = self.outcomes.iter().find(|(known, _)| *known == outcome) {
            counter.increment(1);
        }
    }

    /// Whether nothing is asked of the provider.
    pub(super) fn breaker(&self, is_open: bool) {
        self.breaker.set(f64::from(u8::from(is_open)));
    }
}

/// How much waits, and for how long.
pub(super) fn backlog(backlog: &[Backlog], now: Timestamp) {
    for Backlog { channel, oldest_due, dead } in backlog {
        let name = channel.as_str();
        let age = oldest_due.map_or(Duration::ZERO, |at| now.since(at));
        gauge!("herald_delivery_oldest_due_seconds", "channel" => name).set(age.as_secs_f64());
        gauge!("herald_delivery_dead_letters", "channel" => name).set(*dead as f64);
    }
}

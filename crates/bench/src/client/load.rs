use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use hdrhistogram::Histogram;

use super::Http;
use crate::clock::{nanos, now};
use crate::crew::Crew;
use crate::ledger::Ledger;

/// Where requests come from.
pub(crate) trait Source: Send + 'static {
    /// The request with that number.
    fn request(&mut self, number: u64) -> &[u8];
}

/// When a load ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Limit {
    /// after so many requests
    Count(u64),
    /// when that time is over
    Time(Duration),
}

/// A closed loop: so many connections, each with one request in flight.
pub(crate) struct Load {
    /// where to
    pub(crate) address: SocketAddr,
    /// how many connections
    pub(crate) connections: usize,
    /// the status that every answer must have
    pub(crate) status: u16,
    /// when to stop
    pub(crate) limit: Limit,
    /// where to note when each was sent
    pub(crate) ledger: Option<Arc<Ledger>>,
}

/// What a load came to.
pub(crate) struct Loaded {
    /// how many were answered
    pub(crate) answers: u64,
    /// from the first request to the last answer
    pub(crate) elapsed: Duration,
    /// from request to answer, in nanoseconds
    pub(crate) latencies: Histogram<u64>,
}

impl Loaded {
    /// Answers in a second.
    pub(crate) fn rate(&self) -> f64 {
        self.answers as f64 / self.elapsed.as_secs_f64()
    }
}

impl Load {
    /// Runs it; `source` makes the source of each connection. Every answer must be as expected.
    pub(crate) async fn run<S: Source>(
        &self,
        crew: &Crew,
        source: impl Fn(usize) -> S,
    ) -> Result<Loaded> {
        let mut connections = Vec::with_capacity(self.connections);
        for nth in 0..self.connections {
            connections.push(crew.spawn(nth, Http::connect(self.address)));
        }
        let numbers = Arc::new(AtomicU64::new(0));
        let begun = now();
        let (count, end) = match self.limit {
            Limit::Count(count) => (count, None),
            Limit::Time(time) => (u64::MAX, Some(begun + time)),
        };
        let mut tasks = Vec::with_capacity(self.connections);
        for (nth, connection) in connections.into_iter().enumerate() {
            let worker = Worker {
                connection: connection.await??,
                source: source(nth),
                numbers: numbers.clone(),
                count,
                end,
                status: self.status,
                ledger: self.ledger.clone(),
            };
            tasks.push(crew.spawn(nth, worker.run()));
        }
        let mut latencies = Histogram::new(3)?;
        for task in tasks {
            latencies.add(task.await??)?;
        }
        Ok(Loaded { answers: latencies.len(), elapsed: begun.elapsed(), latencies })
    }
}

struct Worker<S> {
    connection: Http,
    source: S,
    numbers: Arc<AtomicU64>,
    count: u64,
    end: Option<Instant>,
    status: u16,
    ledger: Option<Arc<Ledger>>,
}

impl<S: Source> Worker<S> {
    async fn run(mut self) -> Result<Histogram<u64>> {
        let mut latencies = Histogram::new(3)?;
        let mut at = now();
        loop {
            let number = self.numbers.fetch_add(1, Ordering::Relaxed);
            if number >= self.count || self.end.is_some_and(|end| at >= end) {
                return Ok(latencies);
            }
            if let Some(ledger) = &self.ledger {
                ledger.sent(usize::try_from(number)?, at);
            }
            self.connection.call(self.source.request(number), self.status).await?;
            let answered = now();
            latencies.record(nanos(answered - at))?;
            at = answered;
        }
    }
}

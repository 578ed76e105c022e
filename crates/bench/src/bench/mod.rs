//! What is measured, one file each. Every function measures one round.

mod broadcast;
mod cluster;
mod delivery;
mod fanout;
mod idle;
mod ingest;
mod listeners;
mod quiet;
mod read;
mod unicast;
mod usage;

use std::cell::Cell;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use hdrhistogram::Histogram;

use crate::broker::Broker;
use crate::crew::Crew;
use crate::figure::{Figure, Target};
use crate::herald::{Herald, Shared};
use crate::postgres::{self, Database};
use crate::report;
use crate::subject::Subject;
use usage::Usage;

/// One of the measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measurement {
    /// sockets that only listen
    Idle,
    /// one message to a hundred sockets
    Fanout,
    /// one message to everyone
    Broadcast,
    /// one message to one socket
    Unicast,
    /// messages to nobody in particular
    Ingest,
    /// the same to many more inboxes
    IngestWide,
    /// pages of an inbox
    Read,
    /// one message from a node to a socket at another
    Cluster,
    /// messages that leave Herald
    Delivery,
}

/// What the measurements share.
pub(crate) struct Bench {
    /// who makes the load
    pub(crate) crew: Crew,
    /// shorter, and smaller
    pub(crate) quick: bool,
    /// waits until the machine is quiet
    pub(crate) patient: bool,
    /// how many files a process may open
    pub(crate) files: u64,
    /// a server that runs already
    pub(crate) given: Option<Subject>,
    /// where databases are made to measure on; SQLite without it
    pub(crate) database: Option<postgres::Server>,
    /// what nodes hear each other by, one after the other
    pub(crate) brokers: Vec<Broker>,
    /// the server to start
    pub(crate) binary: PathBuf,
    /// where its folders are made
    pub(crate) folder: PathBuf,
    /// the most cores that other programs took during this attempt
    pub(crate) disturbance: Cell<f64>,
}

/// A Herald that is measured.
enum Running {
    Own {
        herald: Herald,
        /// instead of a file: it goes after the server
        _database: Option<Database>,
    },
    Given(Subject),
}

impl std::ops::Deref for Running {
    type Target = Subject;

    fn deref(&self) -> &Subject {
        match self {
            Self::Own { herald, .. } => &herald.subject,
            Self::Given(subject) => subject,
        }
    }
}

impl Bench {
    /// Measures it, if patient while the machine is quiet, and again if others came in between; also
    /// answers how many cores others took at most.
    pub(crate) async fn run(&self, measurement: Measurement) -> Result<(Vec<Figure>, f64)> {
        const ATTEMPTS: u32 = 8;
        let mut attempt = 1;
        loop {
            if self.patient {
                quiet::wait().await?;
            }
            self.disturbance.set(0.0);
            let figures = self.measure(measurement).await?;
            let disturbance = self.disturbance.get();
            if !self.patient || disturbance <= quiet::BEARABLE || attempt == ATTEMPTS {
                return Ok((figures, disturbance));
            }
            report::note(&format!("  others took {disturbance:.2} cores: once more"));
            attempt += 1;
        }
    }

    async fn measure(&self, measurement: Measurement) -> Result<Vec<Figure>> {
        match measurement {
            Measurement::Idle => idle::run(self).await,
            Measurement::Fanout => fanout::run(self).await,
            Measurement::Broadcast => broadcast::run(self).await,
            Measurement::Unicast => unicast::run(self).await,
            Measurement::Ingest => ingest::run(self, 1_000).await,
            Measurement::IngestWide => ingest::run(self, 100_000).await,
            Measurement::Read => read::run(self).await,
            Measurement::Cluster => cluster::run(self).await,
            Measurement::Delivery => delivery::run(self).await,
        }
    }

    /// How long something is measured.
    fn seconds(&self, full: u64, quick: u64) -> Duration {
        Duration::from_secs(if self.quick { quick } else { full })
    }

    /// Does something, and answers how much time all these spent on the processor meanwhile, with the
    /// programs that work for them.
    async fn with_cpu<T>(
        &self,
        subjects: &[&Subject],
        work: impl Future<Output = Result<T>>,
    ) -> Result<(T, Duration)> {
        let before = Usage::of(subjects)?;
        let done = work.await?;
        let spent = Usage::of(subjects)?.since(&before);
        report::note(&format!("  {spent}"));
        self.disturbance.set(self.disturbance.get().max(spent.others()));
        Ok((done, spent.measured()))
    }

    /// What something must be that is held to another target on PostgreSQL, or to none.
    fn target(
        &self,
        on_sqlite: impl Into<Option<Target>>,
        on_postgres: impl Into<Option<Target>>,
    ) -> Option<Target> {
        if self.database.is_some() { on_postgres.into() } else { on_sqlite.into() }
    }

    /// A new server, or the one that is given.
    async fn herald(&self) -> Result<Running> {
        match &self.given {
            Some(subject) => Ok(Running::Given(subject.clone())),
            None => {
                let database = self.database.as_ref().map(postgres::Server::create).transpose()?;
                let shared = Shared { database: database.as_ref(), ..Shared::default() };
                Ok(Running::Own { herald: self.start(shared).await?, _database: database })
            }
        }
    }

    /// A new server.
    async fn start(&self, shared: Shared<'_>) -> Result<Herald> {
        Herald::start(&self.binary, &self.folder, shared).await
    }
}

/// A quantile of nanoseconds, in milliseconds.
fn millis(histogram: &Histogram<u64>, quantile: f64) -> f64 {
    histogram.value_at_quantile(quantile) as f64 / 1e6
}

/// CPU seconds of so many, for a million; which is microseconds for each.
fn per_million(cpu: Duration, count: u64) -> f64 {
    cpu.as_secs_f64() * 1e6 / count as f64
}

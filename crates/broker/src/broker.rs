use std::sync::Arc;
use std::time::Duration;

use herald_ports::{Clock, DeadJobs, IdGenerator, JobQueue, LiveBus};

use crate::{Link, Tasks};

/// What an adapter is opened with, beside the address of its broker.
#[derive(Clone)]
pub struct Settings {
    /// how the names of everything on the broker begin, so that several installations share one
    pub prefix: String,
    /// how many jobs the broker keeps for each kind of work; what is more is refused
    pub capacity: u32,
    /// how often a job is handed out before it is taken out of the way
    pub deliveries: u32,
    /// how long a worker keeps a job at most, before it is taken as done: a broker would take it for
    /// failed some time, and the store knows better
    pub hold: Duration,
    /// says since when a broker is away
    pub clock: Arc<dyn Clock>,
    /// names this node, and spreads attempts to connect
    pub ids: Arc<dyn IdGenerator>,
}

impl Settings {
    /// With the usual limits.
    pub fn new(prefix: &str, clock: Arc<dyn Clock>, ids: Arc<dyn IdGenerator>) -> Self {
        let hold = Duration::from_secs(20 * 60);
        Self { prefix: prefix.to_owned(), capacity: 100_000, deliveries: 20, hold, clock, ids }
    }

    /// How many dead jobs are kept; the oldest go.
    pub const DEAD: u32 = 1_000;

    /// A name on the broker.
    pub fn name(&self, what: &str) -> String {
        format!("{}.{what}", self.prefix)
    }
}

/// A broker, behind the ports that it serves. It is given up when this is dropped; to leave it in good
/// order, [close](Tasks::close) its tasks.
pub struct Broker {
    /// carries events between nodes
    pub bus: Arc<dyn LiveBus>,
    /// carries jobs to workers
    pub queue: Arc<dyn JobQueue>,
    /// the jobs that were taken out of the way
    pub dead_jobs: Arc<dyn DeadJobs>,
    /// each connection
    pub links: Vec<Arc<Link>>,
    /// what keeps them
    pub tasks: Tasks,
}

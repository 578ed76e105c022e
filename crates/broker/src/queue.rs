use std::sync::Arc;

use async_trait::async_trait;
use herald_ports::{Job, JobQueue, NotQueued, Received};
use tokio::sync::mpsc;

use crate::figures::{self, JobOutcome};
use crate::{Handout, Link};

/// How many jobs may wait to be given to the broker.
const WAITING: usize = 1_024;

/// Carries jobs by a broker.
pub struct Queue {
    outgoing: mpsc::Sender<Job>,
    link: Arc<Link>,
    handout: Arc<Handout>,
}

/// The jobs that wait to be given to the broker.
pub struct Waiting(mpsc::Receiver<Job>);

impl Queue {
    /// A queue that publishes while that link is up; what it publishes; and where what comes is handed
    /// out.
    pub fn new(link: &Arc<Link>) -> (Arc<Self>, Waiting, Arc<Handout>) {
        let (outgoing, waiting) = mpsc::channel(WAITING);
        let handout = Arc::new(Handout::new());
        let queue = Self { outgoing, link: link.clone(), handout: handout.clone() };
        (Arc::new(queue), Waiting(waiting), handout)
    }
}

#[async_trait]
impl JobQueue for Queue {
    async fn publish(&self, job: Job) -> Result<(), NotQueued> {
        let queued = if self.link.is_up() {
            self.outgoing.try_send(job).map_err(|_| NotQueued::Full)
        } else {
            Err(NotQueued::Away)
        };
        queued.inspect_err(|_| figures::job(JobOutcome::Dropped))
    }

    async fn receive(&self) -> Box<dyn Received> {
        self.handout.receive().await
    }
}

impl Waiting {
    /// The next job, as soon as there is one. Nothing is lost if the caller stops waiting.
    pub async fn next(&mut self) -> Job {
        match self.0.recv().await {
            Some(job) => job,
            // nobody can publish any more
            None => std::future::pending().await,
        }
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

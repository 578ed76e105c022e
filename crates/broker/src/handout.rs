use async_trait::async_trait;
use herald_ports::{Job, Received};
use tokio::sync::{Mutex, mpsc, watch};

use crate::figures::{self, JobOutcome};

/// Hands the jobs that a broker delivered to the workers of this process.
pub struct Handout {
    jobs: mpsc::UnboundedSender<InHand>,
    waiting: Mutex<mpsc::UnboundedReceiver<InHand>>,
    wanted: watch::Sender<bool>,
}

impl Handout {
    pub(crate) fn new() -> Self {
        // unbounded, because the broker delivers no more than is fetched in advance
        let (jobs, waiting) = mpsc::unbounded_channel();
        Self { jobs, waiting: Mutex::new(waiting), wanted: watch::Sender::new(false) }
    }

    /// Waits until there is a worker. A process without any must not be given jobs: it would sit on
    /// them.
    pub async fn wanted(&self) {
        // cannot fail: the sender is here
        let _ = self.wanted.subscribe().wait_for(|wanted| *wanted).await;
    }

    /// A tray for the deliveries of one connection, and what becomes of each of them.
    pub fn tray(&self) -> (Tray, mpsc::UnboundedReceiver<Settled>) {
        let (settle, settled) = mpsc::unbounded_channel();
        (Tray { jobs: self.jobs.clone(), settle }, settled)
    }

    /// The next job. What came by a connection that is gone is left out, for the broker delivers it
    /// again.
    pub(crate) async fn receive(&self) -> Box<dyn Received> {
        self.wanted.send_if_modified(|wanted| !std::mem::replace(wanted, true));
        let mut waiting = self.waiting.lock().await;
        loop {
            match waiting.recv().await {
                Some(job) if job.settle.is_closed() => {}
                Some(job) => return Box::new(job),
                // cannot be: a sender is here
                None => std::future::pending().await,
            }
        }
    }
}

/// Takes the deliveries of one connection.
pub struct Tray {
    jobs: mpsc::UnboundedSender<InHand>,
    settle: mpsc::UnboundedSender<Settled>,
}

impl Tray {
    /// Puts a delivery where a worker finds it. The tag is the connection's name for it.
    pub fn put(&self, tag: u64, job: Job) {
        figures::job(JobOutcome::Received);
        let settle = self.settle.clone();
        // cannot fail: the receiver lives as long as the handout
        let _ = self.jobs.send(InHand { job, tag, done: false, settle });
    }
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// the connection's name for it
    pub tag: u64,
    /// whether it is done; if not, somebody else should get it
    pub done: bool,
}

/// A job that somebody else gets unless it is done.
struct InHand {
    job: Job,
    tag: u64,
    done: bool,
    settle: mpsc::UnboundedSender<Settled>,
}

#[async_trait]
impl Received for InHand {
    fn job(&self) -> Job {
        self.job
    }

    async fn ack(mut self: Box<Self>) {
        self.done = true;
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        // a connection that is gone needs to know nothing: the broker delivers again
        let _ = self.settle.send(Settled { tag: self.tag, done: self.done });
    }
}

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use herald_ports::{DeadJobList, DeadJobs, DeadJobsAway, Job, JobQueue, NotQueued, Received};
use tokio::sync::Notify;

/// How many jobs wait at most, if nobody says otherwise.
const CAPACITY: usize = 1_024;

/// Carries jobs within this process.
pub struct MemoryQueue {
    shared: Arc<Shared>,
    capacity: usize,
}

#[derive(Default)]
struct Shared {
    jobs: Mutex<VecDeque<Job>>,
    /// told for each job that is put in
    more: Notify,
}

impl Shared {
    fn jobs(&self) -> MutexGuard<'_, VecDeque<Job>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give_back(&self, job: Job) {
        self.jobs().push_front(job);
        self.more.notify_one();
    }
}

impl MemoryQueue {
    /// A queue in which so many jobs wait at most.
    pub fn new(capacity: usize) -> Self {
        Self { shared: Arc::default(), capacity }
    }
}

impl Default for MemoryQueue {
    fn default() -> Self {
        Self::new(CAPACITY)
    }
}

#[async_trait]
impl JobQueue for MemoryQueue {
    async fn publish(&self, job: Job) -> Result<(), NotQueued> {
        let mut jobs = self.shared.jobs();
        if jobs.len() >= self.capacity {
            return Err(NotQueued::Full);
        }
        jobs.push_back(job);
        self.shared.more.notify_one();
        Ok(())
    }

    async fn receive(&self) -> Box<dyn Received> {
        loop {
            let told = self.shared.more.notified();
            let job = {
                let mut jobs = self.shared.jobs();
                let job = jobs.pop_front();
                if !jobs.is_empty() {
                    // two jobs may have been told of as one
                    self.shared.more.notify_one();
                }
                job
            };
            match job {
                Some(job) => {
                    return Box::new(InHand { job, done: false, queue: self.shared.clone() });
                }
                None => told.await,
            }
        }
    }
}

/// A job of this process is understood, and whoever failed with it gets it again.
#[async_trait]
impl DeadJobs for MemoryQueue {
    async fn list(&self, _: usize) -> Result<DeadJobList, DeadJobsAway> {
        Ok(DeadJobList::default())
    }

    async fn remove(&self, _: &str) -> Result<bool, DeadJobsAway> {
        Ok(false)
    }

    async fn redrive(&self, _: &str) -> Result<bool, DeadJobsAway> {
        Ok(false)
    }
}

/// A job that goes back to where it came from unless it is done.
struct InHand {
    job: Job,
    done: bool,
    queue: Arc<Shared>,
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
        if !self.done {
            self.queue.give_back(self.job);
        }
    }
}

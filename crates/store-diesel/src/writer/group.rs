use std::time::{Duration, Instant};

use metrics::{Histogram, histogram};

use super::job::Job;
use super::queue::{Next, Queue};
use crate::checkpoint::Checkpoints;
use crate::conn::Conn;
use crate::dialect::{self, Purpose, Target};
use crate::failure::Failure;

/// The most writes that share a commit.
const MOST: usize = 512;
/// How long writes are taken into one commit: whoever comes first waits for the last.
const LONGEST: Duration = Duration::from_millis(5);

/// What the writing thread does.
pub(super) struct Groups {
    conn: Conn,
    target: Target,
    checkpoints: Checkpoints,
    sizes: Histogram,
    commits: Histogram,
}

/// How a group is given another job.
type Another = fn(&mut Queue) -> Option<Box<dyn Job>>;

/// Where a group failed.
enum Failed {
    /// before anything was done: nobody could have written
    Begin(Failure),
    /// in one of the writes
    Job(Failure),
    /// at its end
    Commit(Failure),
}

impl Groups {
    pub(super) fn new(conn: Conn, target: Target, checkpoints: Checkpoints) -> Self {
        Self {
            conn,
            target,
            checkpoints,
            sizes: histogram!("herald_store_group_writes"),
            commits: histogram!("herald_store_commit_duration_seconds"),
        }
    }

    /// Writes until the queue is closed and empty.
    pub(super) fn serve(mut self, mut queue: Queue) {
        while let Some(next) = queue.next() {
            match next {
                Next::Together(first) => self.group(first, &mut queue, Queue::another),
                Next::ByTheWay(first) => self.group(first, &mut queue, Queue::another_by_the_way),
            }
            self.checkpoints.between_groups(&mut self.conn);
        }
        self.checkpoints.end(&mut self.conn);
    }

    fn group(&mut self, first: Box<dyn Job>, queue: &mut Queue, another: Another) {
        let mut jobs = vec![first];
        match self.together(&mut jobs, queue, another) {
            Ok(()) => answer(jobs, &Ok(())),
            Err(Failed::Begin(failure)) => {
                // whoever came meanwhile would wait just as long, one after the other
                jobs.extend(queue.drain());
                tracing::warn!(?failure, writes = jobs.len(), "cannot write");
                answer(jobs, &Err(failure));
            }
            Err(Failed::Job(_)) if jobs.len() > 1 => self.apart(jobs),
            Err(Failed::Job(failure) | Failed::Commit(failure)) => {
                tracing::warn!(?failure, writes = jobs.len(), "write failed");
                answer(jobs, &Err(failure));
            }
        }
    }

    /// Runs what is queued in one transaction.
    #[expect(clippy::disallowed_methods, reason = "measures how long a group takes")]
    fn together(
        &mut self,
        jobs: &mut Vec<Box<dyn Job>>,
        queue: &mut Queue,
        another: Another,
    ) -> Result<(), Failed> {
        self.begin().map_err(Failed::Begin)?;
        let begun = Instant::now();
        let mut next = 0;
        while let Some(job) = jobs.get_mut(next) {
            if let Err(failure) = job.run(&mut self.conn) {
                self.conn.rollback();
                return Err(Failed::Job(failure));
            }
            next += 1;
            if jobs.len() < MOST && begun.elapsed() < LONGEST {
                jobs.extend(another(queue));
            }
        }
        let written = Instant::now();
        self.conn.commit().map_err(Failed::Commit)?;
        self.commits.record(written.elapsed());
        self.sizes.record(jobs.len() as f64);
        Ok(())
    }

    /// Runs a group again of which one write failed, so that only those fail that must.
    fn apart(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        match self.with_savepoints(&mut jobs) {
            Ok(outcomes) => {
                for (job, outcome) in jobs.into_iter().zip(outcomes) {
                    if let Err(failure) = &outcome {
                        tracing::warn!(?failure, "write failed");
                    }
                    job.answer(outcome);
                }
            }
            Err(failure) => {
                self.conn.rollback();
                tracing::warn!(?failure, writes = jobs.len(), "writes failed");
                answer(jobs, &Err(failure));
            }
        }
    }

    fn with_savepoints(
        &mut self,
        jobs: &mut [Box<dyn Job>],
    ) -> Result<Vec<Result<(), Failure>>, Failure> {
        self.begin()?;
        let mut outcomes = Vec::with_capacity(jobs.len());
        for job in jobs {
            self.conn.begin()?;
            let outcome = job.run(&mut self.conn).and_then(|()| self.conn.commit());
            // SQLite may have undone the whole transaction, as it does when the disk is full
            if let Err(failure) = &outcome
                && !self.conn.rollback()
            {
                return Err(failure.clone());
            }
            outcomes.push(outcome);
        }
        self.conn.commit()?;
        Ok(outcomes)
    }

    fn begin(&mut self) -> Result<(), Failure> {
        if self.conn.is_broken() {
            tracing::warn!("write connection is broken, opening another");
            self.conn = self.target.connect(Purpose::Write)?;
        }
        dialect::begin_write(&mut self.conn)
    }
}

fn answer(jobs: Vec<Box<dyn Job>>, outcome: &Result<(), Failure>) {
    for job in jobs {
        job.answer(outcome.clone());
    }
}

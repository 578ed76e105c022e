use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use metrics::{Histogram, histogram};
use tokio::sync::mpsc::Receiver;

use super::job::Job;
use crate::conn::Conn;
use crate::dialect::{Purpose, Target};
use crate::failure::Failure;

/// How often a write is tried before its caller is told.
const ATTEMPTS: u32 = 8;
/// How long the first pause between two attempts is at most; each is twice as long as the one before.
const PAUSE: Duration = Duration::from_millis(4);

/// Jobs that several threads take in turn.
pub(super) type Jobs = Arc<Mutex<Receiver<Box<dyn Job>>>>;

/// What one of several threads does that write to PostgreSQL: each job is a transaction of its own, and
/// run again when it was in the way of another.
pub(super) struct Worker {
    /// none before the first job, and after the connection was lost
    conn: Option<Conn>,
    target: Target,
    purpose: Purpose,
    /// tells workers apart, so that two who were in each other's way do not meet again
    nth: u32,
    commits: Histogram,
}

impl Worker {
    pub(super) fn new(target: Target, purpose: Purpose, nth: u32) -> Self {
        let commits = histogram!("herald_store_commit_duration_seconds");
        Self { conn: None, target, purpose, nth, commits }
    }

    /// Writes until the queue is closed and empty.
    pub(super) fn serve(mut self, jobs: &Jobs) {
        while let Some(mut job) = next(jobs) {
            let outcome = self.transaction(|conn| job.run(conn));
            if let Err(failure) = &outcome {
                tracing::warn!(?failure, "write failed");
            }
            job.answer(outcome);
        }
    }

    /// Runs `work` in a transaction, until it is committed or cannot be.
    pub(super) fn transaction(
        &mut self,
        mut work: impl FnMut(&mut Conn) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut attempt = 1;
        loop {
            match self.attempt(&mut work) {
                Err(Attempt::Undone(failure)) if failure.may_pass() && attempt < ATTEMPTS => {
                    tracing::debug!(?failure, attempt, "trying again");
                    std::thread::sleep(self.pause(attempt));
                    attempt += 1;
                }
                Err(Attempt::Undone(failure) | Attempt::Unknown(failure)) => return Err(failure),
                Ok(()) => return Ok(()),
            }
        }
    }

    #[expect(clippy::disallowed_methods, reason = "measures how long a commit takes")]
    fn attempt(
        &mut self,
        work: &mut impl FnMut(&mut Conn) -> Result<(), Failure>,
    ) -> Result<(), Attempt> {
        let conn = self.connected().map_err(Attempt::Undone)?;
        if let Err(failure) = conn.begin().and_then(|()| work(conn)) {
            conn.rollback();
            if matches!(failure, Failure::Lost(_)) {
                self.conn = None;
            }
            return Err(Attempt::Undone(failure));
        }
        let written = Instant::now();
        let committed = conn.commit();
        self.commits.record(written.elapsed());
        committed.map_err(|failure| match failure {
            Failure::Again(_) => Attempt::Undone(failure),
            failure => Attempt::Unknown(failure),
        })
    }

    /// The connection, or another if it is broken.
    fn connected(&mut self) -> Result<&mut Conn, Failure> {
        let conn = match self.conn.take().map(|mut conn| (conn.is_broken(), conn)) {
            Some((false, conn)) => conn,
            _ => self.target.connect(self.purpose)?,
        };
        Ok(self.conn.insert(conn))
    }

    /// Of another length for each worker.
    fn pause(&self, attempt: u32) -> Duration {
        let longest = PAUSE.saturating_mul(1 << attempt.min(6));
        longest * (1 + (self.nth * 7 + attempt * 3) % 8) / 8
    }
}

/// Why an attempt failed.
enum Attempt {
    /// and nothing of it was done
    Undone(Failure),
    /// nobody knows whether it was done
    Unknown(Failure),
}

/// The next job, if the queue is not closed and empty. Those who wait here wait for each other.
fn next(jobs: &Jobs) -> Option<Box<dyn Job>> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv()
}

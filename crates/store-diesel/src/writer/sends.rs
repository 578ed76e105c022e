use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use herald_ports::{Accepted, Append};
use metrics::{Histogram, histogram};
use tokio::sync::mpsc::Receiver;
use tokio::sync::oneshot;

use super::worker::Worker;
use crate::conn::Conn;
use crate::failure::Failure;
use crate::notifications::{append, append_together};

/// The most sends that share a commit.
const MOST: usize = 256;

/// A plain append that waits for its turn, and then for its commit.
pub(super) struct Send {
    pub(super) append: Append,
    pub(super) reply: oneshot::Sender<Result<Accepted, Failure>>,
}

/// Sends that several threads take in turn.
pub(super) type Sends = Arc<Mutex<Receiver<Send>>>;

/// What a thread does that stores plain appends in PostgreSQL: whatever waits shares a transaction.
pub(super) struct Sender {
    worker: Worker,
    sizes: Histogram,
}

impl Sender {
    pub(super) fn new(worker: Worker) -> Self {
        Self { worker, sizes: histogram!("herald_store_group_writes") }
    }

    /// Stores until the queue is closed and empty.
    pub(super) fn serve(mut self, sends: &Sends) {
        loop {
            let group = next(sends);
            if group.is_empty() {
                return;
            }
            self.group(group);
        }
    }

    fn group(&mut self, group: Vec<Send>) {
        match self.together(&group) {
            Ok(answers) => {
                self.sizes.record(group.len() as f64);
                for (send, answer) in group.into_iter().zip(answers) {
                    match answer {
                        Some(accepted) => reply(send, Ok(accepted)),
                        None => self.alone(send),
                    }
                }
            }
            // one of them is the reason
            Err(Failure::Unknown(_) | Failure::Corrupt(_)) if group.len() > 1 => {
                group.into_iter().for_each(|send| self.alone(send));
            }
            Err(failure) => {
                tracing::warn!(?failure, writes = group.len(), "writes failed");
                group.into_iter().for_each(|send| reply(send, Err(failure.clone())));
            }
        }
    }

    fn together(&mut self, group: &[Send]) -> Result<Vec<Option<Accepted>>, Failure> {
        let appends: Vec<&Append> = group.iter().map(|send| &send.append).collect();
        self.run(|conn| match conn {
            Conn::Pg(conn) => append_together(conn, &appends),
            // all are stored one by one
            Conn::Sqlite(_) => Ok(appends.iter().map(|_| None).collect()),
        })
    }

    /// Stores one that takes more than the others.
    fn alone(&mut self, send: Send) {
        let outcome = self.run(|conn| append(conn, &send.append));
        if let Err(failure) = &outcome {
            tracing::warn!(?failure, "write failed");
        }
        reply(send, outcome);
    }

    fn run<T>(
        &mut self,
        mut work: impl FnMut(&mut Conn) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut outcome = None;
        self.worker.transaction(|conn| {
            // a mistake must not end the thread that does all others
            let done = catch_unwind(AssertUnwindSafe(|| work(conn)))
                .unwrap_or_else(|_| Err(Failure::Corrupt("a write panicked".to_owned())));
            outcome = Some(done?);
            Ok(())
        })?;
        outcome.ok_or_else(|| Failure::Corrupt("a write was committed that never ran".to_owned()))
    }
}

fn reply(send: Send, outcome: Result<Accepted, Failure>) {
    // nobody waits any more if the caller went away
    let _ = send.reply.send(outcome);
}

/// Whatever waits, at least one; nothing once the queue is closed and empty.
fn next(sends: &Sends) -> Vec<Send> {
    let mut sends = sends.lock().unwrap_or_else(PoisonError::into_inner);
    let mut group: Vec<Send> = sends.blocking_recv().into_iter().collect();
    while !group.is_empty()
        && group.len() < MOST
        && let Ok(another) = sends.try_recv()
    {
        group.push(another);
    }
    group
}

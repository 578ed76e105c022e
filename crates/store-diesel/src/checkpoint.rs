//! Moving the write-ahead log into the database file, off the sending path.
//!
//! A thread of its own does most of it while writing goes on. Alone it would never come to the end
//! of a log that keeps growing, so the writer adds the little that is missing between two commits;
//! then the log starts anew. While nothing is written, the thread sleeps.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::conn::Conn;
use crate::dialect::{self, Purpose, Target};
use crate::failure::Failure;

/// How often the log is looked at while somebody writes.
const EVERY: Duration = Duration::from_millis(20);
/// How much of the log may be missing in the database file: 4 MiB in pages.
const MOST: i64 = 1_024;

#[derive(Default)]
struct Signals {
    /// the writer should add what is missing
    almost_done: AtomicBool,
    stop: AtomicBool,
}

/// The writer's side of the thread.
pub(crate) struct Checkpoints {
    signals: Arc<Signals>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    pub(crate) fn start(target: Target) -> std::io::Result<Self> {
        let signals = Arc::<Signals>::default();
        let seen = Arc::clone(&signals);
        let thread = std::thread::Builder::new()
            .name("herald-checkpoint".to_owned())
            .spawn(move || keep_short(&target, &seen))?;
        Ok(Self { signals, thread: Some(thread) })
    }

    /// To be called after every commit.
    pub(crate) fn between_groups(&self, conn: &mut Conn) {
        if self.signals.almost_done.swap(false, Ordering::Relaxed)
            && let Err(failure) = dialect::checkpoint(conn)
        {
            tracing::warn!(?failure, "checkpoint failed");
        }
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }

    /// To be called after the last commit.
    pub(crate) fn end(mut self, conn: &mut Conn) {
        self.signals.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::error!("checkpoint thread panicked");
            }
        }
        if let Err(failure) = dialect::checkpoint_at_end(conn) {
            tracing::warn!(?failure, "checkpoint failed");
        }
    }
}

fn keep_short(target: &Target, signals: &Signals) {
    let mut conn = None;
    let mut failing = false;
    loop {
        // the writer unparks after a commit; one that came since the last look counts too
        std::thread::park();
        if signals.stop.load(Ordering::Relaxed) {
            return;
        }
        std::thread::sleep(EVERY);
        match look(&mut conn, target) {
            Ok(moved) => {
                failing = false;
                if moved {
                    signals.almost_done.store(true, Ordering::Relaxed);
                }
            }
            Err(failure) => {
                // told once, and not every 20 ms
                if !failing {
                    tracing::warn!(?failure, "checkpoint failed");
                }
                failing = true;
                conn = None;
            }
        }
    }
}

/// Whether the log was long, and most of it was moved.
fn look(conn: &mut Option<Conn>, target: &Target) -> Result<bool, Failure> {
    let conn = match conn {
        Some(conn) => conn,
        None => conn.insert(target.connect(Purpose::Checkpoint)?),
    };
    let log = dialect::log(conn)?;
    if log.log - log.checkpointed < MOST {
        return Ok(false);
    }
    dialect::checkpoint(conn)?;
    Ok(true)
}

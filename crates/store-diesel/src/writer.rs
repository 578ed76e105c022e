//! One thread writes, and commits in groups.
//!
//! A commit waits for the disk, and costs the same for one write as for hundreds. So the thread
//! takes whatever is queued into one transaction, and answers after the commit. The queue is
//! bounded: who finds it full is told so at once. What is done by the way has turns of its own, so
//! that whoever sends waits for one step of it at most.

mod group;
mod job;
mod queue;

use std::sync::{Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use herald_ports::StoreError;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::sync::oneshot;

use crate::checkpoint::Checkpoints;
use crate::config::OpenError;
use crate::conn::Conn;
use crate::dialect::Target;
use crate::failure::Failure;
use group::Groups;
use job::{Job, Pending};
use queue::Queue;

/// The way to the writing thread. Dropping it ends the thread, after what is queued.
pub(crate) struct Writer {
    queue: RwLock<Option<mpsc::Sender<Box<dyn Job>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread with the connection that writes from now on.
    pub(crate) fn start(conn: Conn, target: Target, queue: usize) -> Result<Self, OpenError> {
        let (sender, receiver) = mpsc::channel(queue.max(1));
        let checkpoints = Checkpoints::start(target.clone())?;
        let thread = std::thread::Builder::new()
            .name("herald-writer".to_owned())
            .spawn(move || Groups::new(conn, target, checkpoints).serve(Queue::new(receiver)))?;
        Ok(Self { queue: RwLock::new(Some(sender)), thread: Mutex::new(Some(thread)) })
    }

    /// Runs `work` in a write transaction, and answers after its commit.
    ///
    /// `work` may be run more than once, each time as if it had never been: it keeps nothing from
    /// one run to the next. It goes on even if nobody waits for the answer any more.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, Failure> + Send + 'static,
    {
        self.put(work, false).await
    }

    /// The same by the way: between what somebody waits for.
    pub(crate) async fn run_background<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, Failure> + Send + 'static,
    {
        self.put(work, true).await
    }

    async fn put<T, F>(&self, work: F, is_background: bool) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, Failure> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.send(Box::new(Pending::new(work, is_background, reply)))?;
        let stopped = |_| Err(Failure::Unavailable("the writer has stopped".to_owned()));
        Ok(answer.await.unwrap_or_else(stopped)?)
    }

    /// How many writes wait.
    pub(crate) fn queued(&self) -> usize {
        let queue = self.queue.read().unwrap_or_else(PoisonError::into_inner);
        queue.as_ref().map_or(0, |queue| queue.max_capacity() - queue.capacity())
    }

    fn send(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        let queue = self.queue.read().unwrap_or_else(PoisonError::into_inner);
        let closed = || StoreError::Unavailable("the store is closed".to_owned());
        match queue.as_ref().ok_or_else(closed)?.try_send(job) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => Err(StoreError::Overloaded),
            Err(TrySendError::Closed(_)) => Err(closed()),
        }
    }

    /// Takes no more work, and waits for the end of what is queued. Blocks.
    pub(crate) fn close(&self) {
        drop(self.queue.write().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("writer panicked");
        }
    }
}

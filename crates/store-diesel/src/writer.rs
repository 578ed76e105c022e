//! What is written waits in queues, and is answered after its commit.
//!
//! A commit waits for the disk, and costs the same for one write as for hundreds. SQLite has one thread
//! that writes: it takes whatever is queued into one transaction. On PostgreSQL several threads write,
//! and share commits where that pays. Queues are bounded: who finds one full is told so at once. What is
//! done by the way has turns or threads of its own, so that whoever sends waits for one step of it at
//! most.

mod group;
mod job;
mod queue;
mod sends;
mod worker;

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use herald_ports::{Accepted, Append, StoreError};
use tokio::sync::mpsc::{self, Receiver, Sender, error::TrySendError};
use tokio::sync::oneshot;

use crate::checkpoint::Checkpoints;
use crate::config::OpenError;
use crate::conn::Conn;
use crate::dialect::{Purpose, Target};
use crate::failure::Failure;
use group::Groups;
use job::{Job, Pending};
use queue::Queue;
use sends::{Send as PlainSend, Sender as SendingThread};
use worker::Worker;

/// How many threads store plain sends in PostgreSQL: while one waits for its commit, another goes on.
const SENDERS: u32 = 2;
/// How many threads write to PostgreSQL whatever else somebody waits for.
const WRITERS: u32 = 3;
/// How many write what is done by the way.
const BY_THE_WAY: u32 = 2;

/// The way to the writing threads. Dropping it ends them, after what is queued.
pub(crate) struct Writer {
    queues: RwLock<Option<Queues>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// Where what is to be written waits.
struct Queues {
    urgent: Sender<Box<dyn Job>>,
    /// none if the thread itself tells apart what can wait
    background: Option<Sender<Box<dyn Job>>>,
    /// none where a send is a write like any other
    sends: Option<Sender<PlainSend>>,
}

impl Queues {
    fn of(&self, is_background: bool) -> &Sender<Box<dyn Job>> {
        self.background.as_ref().filter(|_| is_background).unwrap_or(&self.urgent)
    }
}

impl Writer {
    /// Starts the threads. The connection writes from now on, where there is one that does.
    pub(crate) fn start(conn: Conn, target: Target, queue: usize) -> Result<Self, OpenError> {
        let queue = queue.max(1);
        let (urgent, receiver) = mpsc::channel(queue);
        let mut queues = Queues { urgent, background: None, sends: None };
        let threads = match &target {
            Target::Sqlite { .. } => vec![one_thread(conn, target, receiver)?],
            Target::Postgres(_) => {
                let mut threads = several(WRITERS, "herald-writer", &target, receiver)?;
                let (background, receiver) = mpsc::channel(queue);
                queues.background = Some(background);
                threads.extend(several(BY_THE_WAY, "herald-by-the-way", &target, receiver)?);
                let (sends, receiver) = mpsc::channel(queue);
                queues.sends = Some(sends);
                threads.extend(senders(&target, receiver)?);
                threads
            }
        };
        Ok(Self { queues: RwLock::new(Some(queues)), threads: Mutex::new(threads) })
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
        let job: Box<dyn Job> = Box::new(Pending::new(work, is_background, reply));
        self.put_into(|queues| Some(queues.of(is_background)), job)?;
        answered(answer).await
    }

    /// Stores a plain append together with others, and answers after its commit.
    pub(crate) async fn send(&self, append: Append) -> Result<Accepted, StoreError> {
        let (reply, answer) = oneshot::channel();
        let send = PlainSend { append, reply };
        self.put_into(|queues| queues.sends.as_ref(), send)?;
        answered(answer).await
    }

    /// How many writes wait.
    pub(crate) fn queued(&self) -> usize {
        let queues = self.queues.read().unwrap_or_else(PoisonError::into_inner);
        let Some(Queues { urgent, background, sends }) = &*queues else {
            return 0;
        };
        waiting(urgent) + background.as_ref().map_or(0, waiting) + sends.as_ref().map_or(0, waiting)
    }

    fn put_into<T>(
        &self,
        which: impl FnOnce(&Queues) -> Option<&Sender<T>>,
        what: T,
    ) -> Result<(), StoreError> {
        let queues = self.queues.read().unwrap_or_else(PoisonError::into_inner);
        let closed = || StoreError::Unavailable("the store is closed".to_owned());
        match queues.as_ref().and_then(which).ok_or_else(closed)?.try_send(what) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => Err(StoreError::Overloaded),
            Err(TrySendError::Closed(_)) => Err(closed()),
        }
    }

    /// Takes no more work, and waits for the end of what is queued. Blocks.
    pub(crate) fn close(&self) {
        drop(self.queues.write().unwrap_or_else(PoisonError::into_inner).take());
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("writer panicked");
            }
        }
    }
}

async fn answered<T>(answer: oneshot::Receiver<Result<T, Failure>>) -> Result<T, StoreError> {
    let stopped = |_| Err(Failure::Unavailable("the writer has stopped".to_owned()));
    Ok(answer.await.unwrap_or_else(stopped)?)
}

fn waiting<T>(queue: &Sender<T>) -> usize {
    queue.max_capacity() - queue.capacity()
}

/// The thread that writes to SQLite.
fn one_thread(
    conn: Conn,
    target: Target,
    jobs: Receiver<Box<dyn Job>>,
) -> Result<JoinHandle<()>, OpenError> {
    let checkpoints = Checkpoints::start(target.clone())?;
    let write = move || Groups::new(conn, target, checkpoints).serve(Queue::new(jobs));
    Ok(std::thread::Builder::new().name("herald-writer".to_owned()).spawn(write)?)
}

/// Threads that write to PostgreSQL, sharing a queue.
fn several(
    count: u32,
    name: &str,
    target: &Target,
    jobs: Receiver<Box<dyn Job>>,
) -> Result<Vec<JoinHandle<()>>, OpenError> {
    let jobs = Arc::new(Mutex::new(jobs));
    let start = |nth| {
        let (worker, jobs) = (Worker::new(target.clone(), Purpose::Write, nth), Arc::clone(&jobs));
        let thread = std::thread::Builder::new().name(name.to_owned());
        Ok(thread.spawn(move || worker.serve(&jobs))?)
    };
    (0..count).map(start).collect()
}

/// Threads that store plain sends in PostgreSQL, sharing a queue.
fn senders(target: &Target, sends: Receiver<PlainSend>) -> Result<Vec<JoinHandle<()>>, OpenError> {
    let sends = Arc::new(Mutex::new(sends));
    let start = |nth| {
        let sender = SendingThread::new(Worker::new(target.clone(), Purpose::Send, WRITERS + nth));
        let sends = Arc::clone(&sends);
        let thread = std::thread::Builder::new().name("herald-sender".to_owned());
        Ok(thread.spawn(move || sender.serve(&sends))?)
    };
    (0..SENDERS).map(start).collect()
}

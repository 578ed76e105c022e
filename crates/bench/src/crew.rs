use std::thread;

use anyhow::Result;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Threads that make the load, each with an event loop of its own: no task moves between them, so
/// that the generator, which shares the machine with the server, costs little.
pub(crate) struct Crew {
    members: Vec<Member>,
}

struct Member {
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Crew {
    /// So many threads.
    pub(crate) fn start(threads: usize) -> Result<Self> {
        Ok(Self { members: (0..threads).map(Member::start).collect::<Result<_>>()? })
    }

    /// Runs a task on one of the threads, counted around.
    pub(crate) fn spawn<F>(&self, nth: usize, task: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.members[nth % self.members.len()].handle.spawn(task)
    }
}

impl Member {
    fn start(index: usize) -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name(format!("load-{index}")).spawn(move || {
            // an error is the other end dropped: to stop, too
            let _ = runtime.block_on(stopped);
        })?;
        Ok(Self { handle, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // a panic of a task was told to whoever waits for it
            let _ = thread.join();
        }
    }
}

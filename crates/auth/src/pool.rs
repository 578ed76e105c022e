use std::io;
use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::oneshot;

/// A few threads for slow computation, with a bounded queue before them. The threads end when the
/// pool is dropped.
pub(crate) struct Pool {
    jobs: SyncSender<Job>,
}

type Job = Box<dyn FnOnce() + Send>;

/// The queue is full.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl Pool {
    /// Starts the threads, with room for `queue` jobs that wait for one.
    pub(crate) fn start(name: &str, threads: NonZeroUsize, queue: usize) -> io::Result<Self> {
        let (jobs, receiver) = sync_channel(queue);
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..threads.get() {
            let receiver = Arc::clone(&receiver);
            thread::Builder::new().name(name.to_owned()).spawn(move || work(&receiver))?;
        }
        Ok(Self { jobs })
    }

    /// Runs `job` on a thread of the pool. Never waits for room in the queue. If the caller goes
    /// away before the job's turn, the job is not run.
    pub(crate) async fn run<T, F>(&self, job: F) -> Result<T, Full>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = move || {
            if !reply.is_closed() {
                // who went away in the meantime needs no answer
                let _ = reply.send(job());
            }
        };
        self.jobs.try_send(Box::new(job)).map_err(|_| Full)?;
        answer.await.map_err(|_| Full)
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    loop {
        // in a statement of its own, so that the lock is not held while the job runs
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => job(),
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    fn threads(count: usize) -> NonZeroUsize {
        NonZeroUsize::new(count).unwrap()
    }

    #[tokio::test]
    async fn jobs_run_at_once_on_all_threads() {
        let pool = Pool::start("test", threads(2), 2).unwrap();
        let meeting = Arc::new(Barrier::new(2));
        let meets = || {
            let meeting = Arc::clone(&meeting);
            pool.run(move || meeting.wait().is_leader())
        };
        let (one, other) = tokio::join!(meets(), meets());
        assert_ne!(one.unwrap(), other.unwrap());
    }

    #[tokio::test]
    async fn who_went_away_costs_nothing() {
        let pool = Pool::start("test", threads(1), 2).unwrap();
        let (release, held) = mpsc::channel::<()>();
        let (ran, runs) = mpsc::channel::<()>();
        let holds = pool.run(move || held.recv());
        let goes_away = async {
            let abandoned = pool.run(move || ran.send(()));
            tokio::select! { biased; _ = abandoned => {}, () = std::future::ready(()) => {} }
            release.send(()).unwrap();
        };
        let (held, ()) = tokio::join!(biased; holds, goes_away);
        assert!(held.is_ok());
        // jobs run in order, so that the abandoned one had its turn
        assert_eq!(pool.run(|| 7).await, Ok(7));
        assert_eq!(runs.try_recv(), Err(mpsc::TryRecvError::Disconnected));
    }

    #[tokio::test]
    async fn the_threads_end_with_the_pool() {
        struct Farewell(mpsc::Sender<()>);
        impl Drop for Farewell {
            fn drop(&mut self) {
                let _ = self.0.send(());
            }
        }
        thread_local! {
            static FAREWELL: std::cell::RefCell<Option<Farewell>> = const { std::cell::RefCell::new(None) };
        }

        let pool = Pool::start("test", threads(2), 2).unwrap();
        let (sender, ended) = mpsc::channel();
        let meeting = Arc::new(Barrier::new(2));
        let leave_word = || {
            let (farewell, meeting) = (Farewell(sender.clone()), Arc::clone(&meeting));
            pool.run(move || {
                meeting.wait();
                FAREWELL.set(Some(farewell));
            })
        };
        let (one, other) = tokio::join!(leave_word(), leave_word());
        assert_eq!((one, other), (Ok(()), Ok(())));
        assert_eq!(ended.try_recv(), Err(mpsc::TryRecvError::Empty));
        drop(pool);
        for _ in 0..2 {
            ended.recv_timeout(Duration::from_secs(30)).unwrap();
        }
    }
}

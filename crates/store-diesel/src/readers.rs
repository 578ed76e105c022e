//! Reading: each read is one blocking task with a connection of its own.

use std::sync::Arc;
use std::time::Duration;

use diesel::r2d2::{Pool, PooledConnection};
use herald_ports::StoreError;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::config::OpenError;
use crate::conn::{Conn, Readable};
use crate::dialect::Target;
use crate::failure::Failure;

/// How long a read waits for its turn.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// The connections that read.
pub(crate) struct Readers {
    pool: Pool<Readable>,
    /// as many as there are connections, so that nobody waits on a blocking thread
    turns: Arc<Semaphore>,
    readers: usize,
}

impl Readers {
    pub(crate) fn open(target: Target, readers: u32) -> Result<Self, OpenError> {
        let readers = readers.max(1);
        let pool = Pool::builder()
            .max_size(readers)
            .min_idle(Some(1))
            .max_lifetime(None)
            .idle_timeout(None)
            .test_on_check_out(false)
            .connection_timeout(LONGEST_WAIT)
            .build(Readable(target))
            .map_err(|error| OpenError::Prepare(error.to_string()))?;
        let readers = readers as usize;
        Ok(Self { pool, turns: Arc::new(Semaphore::new(readers)), readers })
    }

    /// How many reads run.
    pub(crate) fn in_flight(&self) -> usize {
        self.readers - self.turns.available_permits()
    }

    /// Runs `read` on a blocking thread; once more for each connection that turns out to be lost, as all
    /// do when a server was started anew.
    pub(crate) async fn run<T, F>(&self, mut read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, Failure> + Send + 'static,
    {
        let turn = timeout(LONGEST_WAIT, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| unavailable("too many reads are waiting"))?
            .map_err(unavailable)?;
        // a server that ends a connection says so before the connection has ended: it may be met twice
        let (pool, mut attempts) = (self.pool.clone(), 2 * self.readers + 1);
        let done = tokio::task::spawn_blocking(move || {
            // held until the connection is back in the pool, even if nobody waits any more
            let _turn = turn;
            loop {
                let mut conn: PooledConnection<_> = pool.get().map_err(unavailable)?;
                attempts -= 1;
                match read(&mut conn) {
                    Err(Failure::Lost(_)) if attempts > 0 => {}
                    Err(Failure::Unknown(_)) if attempts > 0 && conn.is_broken() => {}
                    outcome => return Ok(outcome?),
                }
            }
        });
        done.await.map_err(|_| StoreError::Corrupt("a read panicked".to_owned()))?
    }
}

fn unavailable(why: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(why.to_string())
}

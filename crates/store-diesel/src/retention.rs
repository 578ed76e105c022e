//! Removing what has its time behind it, in steps that no send waits for long.
//!
//! What is to be removed is found by an index, or from the oldest row on. How much one step removes is
//! bounded by number and by time: on a cold page cache a row costs a hundred times what it costs on
//! a warm one.

mod budget;
mod estates;
mod expire;
mod forget;
mod trim;

use async_trait::async_trait;
use herald_domain::{Keep, Leftover, Timestamp, UserKey};
use herald_ports::{LiveEvent, RetentionStore, StoreError, Trimmed};

use crate::conn::Conn;
use crate::failure::Failure;
use crate::store::DieselStore;
use budget::Budget;

#[async_trait]
impl RetentionStore for DieselStore {
    async fn next_expiry(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(expire::next).await
    }

    async fn expire(&self, now: Timestamp, limit: usize) -> Result<Vec<LiveEvent>, StoreError> {
        self.clean_up(limit, move |conn, budget| expire::expire(conn, now, budget)).await
    }

    async fn trim(
        &self,
        after: UserKey,
        keep: Keep,
        now: Timestamp,
        limit: usize,
    ) -> Result<Trimmed, StoreError> {
        let found = self.read(move |conn| trim::find(conn, after, keep, limit)).await?;
        if found.users.is_empty() {
            return Ok(Trimmed { events: Vec::new(), next: found.next });
        }
        self.clean_up(limit, move |conn, budget| trim::trim(conn, &found, keep, now, budget)).await
    }

    async fn forget(
        &self,
        leftover: Leftover,
        until: Timestamp,
        limit: usize,
    ) -> Result<bool, StoreError> {
        self.clean_up(limit, move |conn, budget| forget::forget(conn, leftover, until, budget))
            .await
    }
}

impl DieselStore {
    /// Takes one step that removes about so many rows.
    async fn clean_up<T, F>(&self, limit: usize, mut step: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn, Budget) -> Result<T, Failure> + Send + 'static,
    {
        self.write_background(move |conn| {
            let budget = Budget::new(conn, limit);
            step(conn, budget)
        })
        .await
    }
}

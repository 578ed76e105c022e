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

use crate::store::DieselStore;
use budget::Budget;

#[async_trait]
impl RetentionStore for DieselStore {
    async fn next_expiry(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(expire::next).await
    }

    async fn expire(&self, now: Timestamp, limit: usize) -> Result<Vec<LiveEvent>, StoreError> {
        self.write_background(move |conn| expire::expire(conn, now, Budget::new(limit))).await
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
        self.write_background(move |conn| trim::trim(conn, &found, keep, now, Budget::new(limit)))
            .await
    }

    async fn forget(
        &self,
        leftover: Leftover,
        until: Timestamp,
        limit: usize,
    ) -> Result<bool, StoreError> {
        self.write_background(move |conn| forget::forget(conn, leftover, until, Budget::new(limit)))
            .await
    }
}

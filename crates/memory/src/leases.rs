use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use herald_domain::Timestamp;
use herald_ports::{Clock, Lease, LeaseStore, StoreClock, StoreError, SystemClock};
use tokio::time::Instant;

use crate::MemoryStore;

/// Who has which lease, and until when.
pub(crate) type Leases = HashMap<Lease, (String, Instant)>;

#[async_trait]
impl LeaseStore for MemoryStore {
    async fn hold(&self, lease: Lease, holder: &str, length: Duration) -> Result<bool, StoreError> {
        let now = Instant::now();
        let leases = &mut self.state()?.leases;
        let others = |(other, until): &(String, Instant)| other != holder && *until > now;
        if leases.get(&lease).is_some_and(others) {
            return Ok(false);
        }
        leases.insert(lease, (holder.to_owned(), now + length));
        Ok(true)
    }

    async fn release(&self, lease: Lease, holder: &str) -> Result<(), StoreError> {
        let leases = &mut self.state()?.leases;
        if leases.get(&lease).is_some_and(|(other, _)| other == holder) {
            leases.remove(&lease);
        }
        Ok(())
    }
}

#[async_trait]
impl StoreClock for MemoryStore {
    async fn time(&self) -> Result<Timestamp, StoreError> {
        Ok(SystemClock.now())
    }
}

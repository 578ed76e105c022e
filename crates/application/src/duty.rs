use std::sync::Arc;
use std::time::Duration;

use herald_ports::{IdGenerator, Lease, LeaseStore, StoreError};
use tokio::sync::Mutex;
use tokio::time::Instant;

/// What one process does at a time, of all that use a store.
pub struct Duty(Option<Shared>);

/// A duty of whoever has the lease.
struct Shared {
    leases: Arc<dyn LeaseStore>,
    lease: Lease,
    /// nobody else's name
    holder: String,
    mine_until: Mutex<Option<Instant>>,
}

impl Duty {
    /// How long whoever ended without a word is waited for.
    pub const LENGTH: Duration = Duration::from_secs(15);
    /// How often whoever has it not should ask for it.
    pub const ASK: Duration = Duration::from_secs(3);

    /// Of a process that has the store for itself: always its own.
    pub fn alone() -> Self {
        Self(None)
    }

    /// Of whoever has the lease in that store.
    pub fn shared(leases: Arc<dyn LeaseStore>, lease: Lease, ids: &dyn IdGenerator) -> Self {
        Self(Some(Shared { leases, lease, holder: ids.id(), mine_until: Mutex::default() }))
    }

    /// Whether to do it now. The store is asked only once half of the time is over.
    pub async fn is_mine(&self) -> Result<bool, StoreError> {
        match &self.0 {
            Some(shared) => shared.is_mine().await,
            None => Ok(true),
        }
    }

    /// Leaves it to others at once.
    pub async fn give_up(&self) {
        if let Some(shared) = &self.0 {
            shared.give_up().await;
        }
    }
}

impl Shared {
    async fn is_mine(&self) -> Result<bool, StoreError> {
        let mut mine_until = self.mine_until.lock().await;
        let now = Instant::now();
        if mine_until.is_some_and(|until| until > now + Duty::LENGTH / 2) {
            return Ok(true);
        }
        let is_mine = self.leases.hold(self.lease, &self.holder, Duty::LENGTH).await?;
        // since before the store was asked: it ends here before it ends there
        *mine_until = is_mine.then(|| now + Duty::LENGTH);
        Ok(is_mine)
    }

    async fn give_up(&self) {
        let was_mine = self.mine_until.lock().await.take().is_some();
        if was_mine && let Err(error) = self.leases.release(self.lease, &self.holder).await {
            tracing::warn!(%error, lease = self.lease.as_str(), "cannot release the lease");
        }
    }
}

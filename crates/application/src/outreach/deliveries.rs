use std::sync::Arc;

use herald_domain::{DeliveryId, NotificationId, UserKey};
use herald_ports::{Clock, Delivery, DeliveryFilter, DeliveryStore, Part, Progress, StoreError};

/// Why deliveries were not served.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryListError {
    /// there is no such delivery, or it is no dead letter
    #[error("there is no such delivery")]
    Unknown,
    /// the store did not do it
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What became of deliveries, and what is done about those that failed. Not for everybody: the caller checks who
/// asks.
pub struct Deliveries {
    store: Arc<dyn DeliveryStore>,
    clock: Arc<dyn Clock>,
}

impl Deliveries {
    /// The most of one list.
    pub const MAX_LIMIT: usize = 100;
    /// The most that are begun anew at a time.
    pub const MAX_REDRIVE: usize = 10_000;

    /// Over a store.
    pub fn new(store: Arc<dyn DeliveryStore>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Some of them, the latest first.
    pub async fn list(
        &self,
        filter: DeliveryFilter,
        before: Option<DeliveryId>,
        limit: usize,
    ) -> Result<Part<Delivery, DeliveryId>, DeliveryListError> {
        Ok(self.store.deliveries(filter, before, limit).await?)
    }

    /// One of them.
    pub async fn get(&self, id: DeliveryId) -> Result<Delivery, DeliveryListError> {
        self.store.delivery(id).await?.ok_or(DeliveryListError::Unknown)
    }

    /// How far each of these notifications has come on its way to a user, in the order in which they are named.
    pub async fn progress(
        &self,
        user: UserKey,
        notifications: Vec<NotificationId>,
    ) -> Result<Vec<Progress>, DeliveryListError> {
        Ok(self.store.progress(user, notifications).await?)
    }

    /// Begins a dead letter anew.
    pub async fn redrive(&self, id: DeliveryId) -> Result<Delivery, DeliveryListError> {
        found(self.store.redrive(id, self.clock.now()).await?)?;
        self.get(id).await
    }

    /// Begins the dead letters anew that the filter lets through, at most [`Deliveries::MAX_REDRIVE`], the
    /// oldest first; answers how many.
    pub async fn redrive_all(&self, filter: DeliveryFilter) -> Result<usize, DeliveryListError> {
        Ok(self.store.redrive_all(filter, Self::MAX_REDRIVE, self.clock.now()).await?)
    }

    /// Gives a dead letter up.
    pub async fn give_up(&self, id: DeliveryId) -> Result<(), DeliveryListError> {
        let reason = "given up by an administrator".to_owned();
        found(self.store.drop_dead(id, reason, self.clock.now()).await?)
    }
}

fn found(found: bool) -> Result<(), DeliveryListError> {
    if found { Ok(()) } else { Err(DeliveryListError::Unknown) }
}

//! Deliveries: what is to be decided, what is to go out, and what became of it.
//!
//! All of it is done by the way: nobody waits for it, and no send waits for more than one turn of it.

mod batch;
mod claim;
mod dead;
mod decide;
mod find;
mod plan;
mod progress;
mod record;
mod statements;
mod take;
mod waiting;

use std::time::Duration;

use async_trait::async_trait;
use herald_domain::{Channel, DeliveryId, NotificationId, Timestamp, UserKey};
use herald_ports::{
    Backlog, Claimed, Delivery, DeliveryFilter, DeliveryStore, Part, Planned, Planning, Progress,
    Record, StoreError, Trace,
};

use crate::store::DieselStore;

pub(crate) use statements::ADD_PLANS;

#[async_trait]
impl DeliveryStore for DieselStore {
    async fn plan(&self, planning: Planning) -> Result<Planned, StoreError> {
        self.write_background(move |conn| plan::plan(conn, &planning)).await
    }

    async fn next_plan(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(waiting::next_plan).await
    }

    async fn claim(
        &self,
        channel: Channel,
        limit: usize,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Vec<Claimed>, StoreError> {
        self.write_background(move |conn| claim::claim(conn, channel, limit, lease, now)).await
    }

    async fn next_delivery(&self, channel: Channel) -> Result<Option<Timestamp>, StoreError> {
        self.read(move |conn| waiting::next_delivery(conn, channel)).await
    }

    async fn record(&self, records: Vec<Record>, now: Timestamp) -> Result<(), StoreError> {
        self.write_background(move |conn| record::record(conn, &records, now)).await
    }

    async fn trace(
        &self,
        notification: NotificationId,
        user: UserKey,
    ) -> Result<Trace, StoreError> {
        self.read(move |conn| conn.at_one_moment(|conn| find::trace(conn, notification, user)))
            .await
    }

    async fn progress(
        &self,
        user: UserKey,
        notifications: Vec<NotificationId>,
    ) -> Result<Vec<Progress>, StoreError> {
        self.read(move |conn| {
            conn.at_one_moment(|conn| progress::progress(conn, user, &notifications))
        })
        .await
    }

    async fn deliveries(
        &self,
        filter: DeliveryFilter,
        before: Option<DeliveryId>,
        limit: usize,
    ) -> Result<Part<Delivery, DeliveryId>, StoreError> {
        self.read(move |conn| conn.at_one_moment(|conn| find::page(conn, &filter, before, limit)))
            .await
    }

    async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
        self.read(move |conn| conn.at_one_moment(|conn| find::one(conn, id))).await
    }

    async fn redrive(&self, id: DeliveryId, now: Timestamp) -> Result<bool, StoreError> {
        self.write(move |conn| dead::redrive(conn, id, now)).await
    }

    async fn redrive_all(
        &self,
        filter: DeliveryFilter,
        limit: usize,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        self.write_background(move |conn| dead::redrive_all(conn, &filter, limit, now)).await
    }

    async fn drop_dead(
        &self,
        id: DeliveryId,
        reason: String,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(move |conn| dead::drop(conn, id, &reason, now)).await
    }

    async fn backlog(&self) -> Result<Vec<Backlog>, StoreError> {
        self.read(|conn| conn.at_one_moment(waiting::backlog)).await
    }
}

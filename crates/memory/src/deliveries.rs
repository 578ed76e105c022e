mod claim;
mod plan;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use herald_domain::{
    Attempt, Channel, DeliveryId, DeliveryStatus, EndpointId, NotificationId, Timestamp, UserKey,
};
use herald_ports::{
    Backlog, Claimed, DecidedLine, Delivery, DeliveryFilter, DeliveryStore, Part, Planned,
    Planning, Progress, Record, StoreError, Trace,
};

use crate::MemoryStore;
use crate::store::State;

/// A notification and a user.
type Pair = (NotificationId, UserKey);

/// What is to be decided, what was, and what goes out.
#[derive(Debug, Default)]
pub(crate) struct Deliveries {
    plans: BTreeSet<Pair>,
    decisions: BTreeMap<Pair, Vec<DecidedLine>>,
    held: BTreeMap<(NotificationId, UserKey, Channel), Held>,
    all: BTreeMap<DeliveryId, Row>,
    last: i64,
}

/// What is decided again, or goes into a digest.
#[derive(Debug, Clone, Copy)]
struct Held {
    due_at: Timestamp,
    is_digest: bool,
}

/// A delivery.
#[derive(Debug)]
struct Row {
    /// oldest first
    notifications: Vec<NotificationId>,
    is_digest: bool,
    user: UserKey,
    channel: Channel,
    endpoint: Option<EndpointId>,
    status: DeliveryStatus,
    reason: Option<String>,
    urgent: bool,
    /// since it was begun, or begun anew
    attempts: u32,
    claims: i64,
    /// how often in a row nothing was heard of whoever took it on
    lost: u32,
    created_at: Timestamp,
    updated_at: Timestamp,
    expires_at: Option<Timestamp>,
    due_at: Option<Timestamp>,
    log: Vec<Attempt>,
}

impl Row {
    fn is_dead(&self) -> bool {
        self.status == DeliveryStatus::Failed
    }

    /// Whether the filter lets it through, but for its status.
    fn matches(&self, filter: &DeliveryFilter) -> bool {
        filter.channel.is_none_or(|channel| self.channel == channel)
            && filter.user.is_none_or(|user| self.user == user)
            && filter.notification.is_none_or(|id| self.notifications.contains(&id))
    }

    fn end(&mut self, status: DeliveryStatus, reason: Option<String>, now: Timestamp) {
        (self.status, self.reason, self.due_at, self.updated_at) = (status, reason, None, now);
    }

    fn begin_anew(&mut self, now: Timestamp) {
        (self.status, self.reason) = (DeliveryStatus::Pending, None);
        (self.attempts, self.lost) = (0, 0);
        (self.updated_at, self.due_at) = (now, Some(now));
    }
}

impl Deliveries {
    /// Whether a notification is still needed here: by what is to be decided, or may go out.
    pub(crate) fn need(&self, id: NotificationId) -> bool {
        self.plans.iter().any(|(other, _)| *other == id)
            || self.held.keys().any(|(other, ..)| *other == id)
            || self.all.values().any(|row| {
                let is_open = row.is_digest || row.due_at.is_some() || row.is_dead();
                is_open && row.notifications.contains(&id)
            })
    }

    /// Forgets what was decided of a notification.
    pub(crate) fn forget_notification(&mut self, id: NotificationId) {
        self.decisions.retain(|(other, _), _| *other != id);
    }

    /// Forgets all that was to be told to a user.
    pub(crate) fn forget_user(&mut self, user: UserKey) {
        self.plans.retain(|(_, other)| *other != user);
        self.decisions.retain(|(_, other), _| *other != user);
        self.held.retain(|(_, other, _), _| *other != user);
        self.all.retain(|_, row| row.user != user);
    }

    /// Forgets the delivery that ended first, if it did until then; how many that were.
    pub(crate) fn forget_ended(&mut self, until: Timestamp) -> usize {
        let ended = self.all.iter().filter(|(_, row)| row.due_at.is_none());
        let oldest = ended.min_by_key(|(id, row)| (row.updated_at, **id));
        let oldest = oldest.filter(|(_, row)| row.updated_at <= until).map(|(id, _)| *id);
        usize::from(oldest.and_then(|id| self.all.remove(&id)).is_some())
    }

    fn add(&mut self, row: Row) {
        self.last += 1;
        self.all.insert(DeliveryId::new(self.last), row);
    }

    fn next_plan(&self) -> Option<Timestamp> {
        let plan = self.plans.first().map(|_| Timestamp::from_micros(0));
        plan.into_iter().chain(self.held.values().map(|held| held.due_at)).min()
    }

    fn next_delivery(&self, channel: Channel) -> Option<Timestamp> {
        let of_channel = self.all.values().filter(|row| row.channel == channel);
        of_channel.filter_map(|row| row.due_at).min()
    }

    fn dead(&mut self, id: DeliveryId) -> Option<&mut Row> {
        self.all.get_mut(&id).filter(|row| row.is_dead())
    }

    fn redrive_all(&mut self, filter: &DeliveryFilter, limit: usize, now: Timestamp) -> usize {
        let dead = self.all.values_mut().filter(|row| row.is_dead() && row.matches(filter));
        dead.take(limit).map(|row| row.begin_anew(now)).count()
    }

    fn backlog(&self) -> Vec<Backlog> {
        let of = |channel| {
            let dead = self.all.values().filter(|row| row.channel == channel && row.is_dead());
            Backlog { channel, oldest_due: self.next_delivery(channel), dead: dead.count() as i64 }
        };
        Channel::EXTERNAL.into_iter().map(of).collect()
    }
}

impl State {
    /// A delivery as it is shown, if its user exists.
    fn shown(&self, id: DeliveryId, row: &Row) -> Option<Delivery> {
        Some(Delivery {
            id,
            notifications: row.notifications.clone(),
            is_digest: row.is_digest,
            recipient: self.users.by_key(row.user)?.id.clone(),
            channel: row.channel,
            endpoint: row.endpoint,
            status: row.status,
            reason: row.reason.clone(),
            created_at: row.created_at,
            updated_at: row.updated_at,
            due_at: row.due_at,
            attempts: row.log.clone(),
        })
    }

    fn trace(&self, id: NotificationId, user: UserKey) -> Trace {
        let told = |row: &Row| row.user == user && row.notifications.contains(&id);
        let rows = self.deliveries.all.iter().filter(|(_, row)| told(row));
        Trace {
            lines: self.deliveries.decisions.get(&(id, user)).cloned(),
            is_planned: self.deliveries.plans.contains(&(id, user)),
            deliveries: rows.filter_map(|(id, row)| self.shown(*id, row)).collect(),
        }
    }

    fn progress(&self, id: NotificationId, user: UserKey) -> Progress {
        let told = |row: &&Row| row.user == user && row.notifications.contains(&id);
        let rows = self.deliveries.all.values().filter(told);
        Progress {
            notification: id,
            lines: self.deliveries.decisions.get(&(id, user)).cloned().unwrap_or_default(),
            deliveries: rows.map(|row| (row.channel, row.status)).collect(),
        }
    }

    fn deliveries(
        &self,
        filter: &DeliveryFilter,
        before: Option<DeliveryId>,
        limit: usize,
    ) -> Part<Delivery, DeliveryId> {
        let is_meant = |(id, row): &(&DeliveryId, &Row)| {
            before.is_none_or(|before| **id < before)
                && filter.status.is_none_or(|status| row.status == status)
                && row.matches(filter)
        };
        let found = self.deliveries.all.iter().rev().filter(is_meant);
        let shown = found.filter_map(|(id, row)| self.shown(*id, row)).take(limit + 1);
        Part::of(shown.collect(), limit, |last: &Delivery| last.id)
    }
}

#[async_trait]
impl DeliveryStore for MemoryStore {
    async fn plan(&self, planning: Planning) -> Result<Planned, StoreError> {
        Ok(self.state()?.plan(&planning))
    }

    async fn next_plan(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.state()?.deliveries.next_plan())
    }

    async fn claim(
        &self,
        channel: Channel,
        limit: usize,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Vec<Claimed>, StoreError> {
        Ok(self.state()?.claim(channel, limit, lease, now))
    }

    async fn next_delivery(&self, channel: Channel) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.state()?.deliveries.next_delivery(channel))
    }

    async fn record(&self, records: Vec<Record>, now: Timestamp) -> Result<(), StoreError> {
        let mut state = self.state()?;
        records.into_iter().for_each(|record| state.record(record, now));
        Ok(())
    }

    async fn trace(
        &self,
        notification: NotificationId,
        user: UserKey,
    ) -> Result<Trace, StoreError> {
        Ok(self.state()?.trace(notification, user))
    }

    async fn progress(
        &self,
        user: UserKey,
        notifications: Vec<NotificationId>,
    ) -> Result<Vec<Progress>, StoreError> {
        let state = self.state()?;
        Ok(notifications.into_iter().map(|id| state.progress(id, user)).collect())
    }

    async fn deliveries(
        &self,
        filter: DeliveryFilter,
        before: Option<DeliveryId>,
        limit: usize,
    ) -> Result<Part<Delivery, DeliveryId>, StoreError> {
        Ok(self.state()?.deliveries(&filter, before, limit))
    }

    async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
        let state = self.state()?;
        Ok(state.deliveries.all.get(&id).and_then(|row| state.shown(id, row)))
    }

    async fn redrive(&self, id: DeliveryId, now: Timestamp) -> Result<bool, StoreError> {
        let mut state = self.state()?;
        Ok(state.deliveries.dead(id).map(|row| row.begin_anew(now)).is_some())
    }

    async fn redrive_all(
        &self,
        filter: DeliveryFilter,
        limit: usize,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        Ok(self.state()?.deliveries.redrive_all(&filter, limit, now))
    }

    async fn drop_dead(
        &self,
        id: DeliveryId,
        reason: String,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut state = self.state()?;
        let dead = state.deliveries.dead(id);
        Ok(dead.map(|row| row.end(DeliveryStatus::Suppressed, Some(reason), now)).is_some())
    }

    async fn backlog(&self) -> Result<Vec<Backlog>, StoreError> {
        Ok(self.state()?.deliveries.backlog())
    }
}

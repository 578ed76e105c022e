use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use async_trait::async_trait;
use herald_domain::{Audience, NotificationId, Priority, State as Progress, Timestamp, UserKey};
use herald_ports::{Cancelled, Connected, Delivered, FanOutStore, LiveEvent, Step, StoreError};

use crate::MemoryStore;
use crate::store::State;

/// How many inboxes one step reaches.
const CHUNK: usize = 100;

/// What was accepted and is not in every inbox yet.
#[derive(Debug, Default)]
pub(crate) struct Outbox(BTreeMap<NotificationId, Waiting>);

#[derive(Debug)]
struct Waiting {
    principal: String,
    critical: bool,
    /// when its time comes; `None` if it has come
    due_at: Option<Timestamp>,
    members: Members,
    /// not those who are named
    is_group: bool,
    steps: u64,
}

/// Who is still to be told.
#[derive(Debug)]
pub(crate) enum Members {
    /// these, in ascending order
    Known(VecDeque<UserKey>),
    /// whoever belongs to it when its time comes
    Later(Audience),
}

impl Waiting {
    fn is_due(&self, now: Timestamp) -> bool {
        self.due_at.is_none_or(|at| at <= now)
    }
}

impl Outbox {
    pub(crate) fn holds(&self, id: NotificationId) -> bool {
        self.0.contains_key(&id)
    }

    /// Whose turn it is: see [`FanOutStore::step`].
    fn turn(&self, after: Option<&str>, now: Timestamp) -> Option<NotificationId> {
        let due = || self.0.iter().filter(|(_, waiting)| waiting.is_due(now));
        let critical = due().any(|(_, waiting)| waiting.critical);
        let order = |(id, waiting): &(&NotificationId, &Waiting)| {
            let had_a_turn = after.is_some_and(|after| *waiting.principal <= *after);
            (had_a_turn, waiting.principal.clone(), waiting.steps, **id)
        };
        let next = due().filter(|(_, waiting)| waiting.critical == critical).min_by_key(order);
        next.map(|(id, _)| *id)
    }
}

impl State {
    /// Everybody who belongs to an audience now, in ascending order.
    pub(crate) fn members(&self, audience: &Audience) -> BTreeSet<UserKey> {
        match audience {
            Audience::Users(ids) => {
                ids.iter().filter_map(|id| Some(self.users.by_id(id)?.key)).collect()
            }
            Audience::Members { company, role } => {
                let belongs = self.users.all().filter(|user| {
                    company.as_ref().is_none_or(|company| user.company.as_ref() == Some(company))
                        && role.as_ref().is_none_or(|role| user.role == *role)
                });
                belongs.map(|user| user.key).collect()
            }
            Audience::Subscribers(topic) => self.topics.subscribers_of(topic),
        }
    }

    /// Notes what is to be put into inboxes by and by.
    pub(crate) fn wait(
        &mut self,
        id: NotificationId,
        principal: &str,
        due_at: Option<Timestamp>,
        members: Members,
        is_group: bool,
    ) {
        let critical = self
            .notifications
            .get(id)
            .is_some_and(|sent| sent.notification.content.priority == Priority::Critical);
        let principal = principal.to_owned();
        self.outbox
            .0
            .insert(id, Waiting { principal, critical, due_at, members, is_group, steps: 0 });
    }

    /// Begins with the first that has waited for its time: it is for those who are there now.
    fn begin(&mut self, now: Timestamp) -> Option<Step> {
        let due = |waiting: &Waiting| waiting.due_at.is_some() && waiting.is_due(now);
        let first = self.outbox.0.iter().find(|(_, waiting)| due(waiting));
        let notification = *first?.0;
        let mut waiting = self.outbox.0.remove(&notification)?;
        waiting.due_at = None;
        let is_group = waiting.is_group;
        if let Members::Later(audience) = &waiting.members {
            waiting.members = Members::Known(self.members(audience).into_iter().collect());
        }
        let principal = waiting.principal.clone();
        self.outbox.0.insert(notification, waiting);
        self.notifications.begin(notification);
        let events =
            is_group.then_some(LiveEvent::Expanding { notification }).into_iter().collect();
        Some(Step { notification, principal, reached: 0, done: false, events })
    }

    fn hasten(
        &mut self,
        id: NotificationId,
        users: &[UserKey],
        now: Timestamp,
    ) -> Option<Vec<LiveEvent>> {
        let users = BTreeSet::from_iter(users);
        let is_told = |waiting: &&mut Waiting| waiting.is_group && waiting.due_at.is_none();
        let waiting = self.outbox.0.get_mut(&id).filter(is_told)?;
        let Members::Known(left) = &mut waiting.members else { return None };
        let (early, later) = left.drain(..).partition(|user| users.contains(user));
        *left = later;
        let early: VecDeque<UserKey> = early;
        let early = early.into_iter().filter(|user| self.users.by_key(*user).is_some()).collect();
        self.leave_plans(id, &early, false);
        let mut events = Vec::new();
        let reached = self.deliver_all(id, early, now, &mut events);
        self.notifications.reach(id, reached, false);
        Some(events)
    }

    fn step(&mut self, after: Option<&str>, now: Timestamp) -> Option<Step> {
        if let Some(begun) = self.begin(now) {
            return Some(begun);
        }
        let id = self.outbox.turn(after, now)?;
        let mut waiting = self.outbox.0.remove(&id)?;
        let has_expired = self.notifications.get(id)?.notification.content.has_expired(now);
        waiting.steps += 1;
        let Members::Known(mut left) = waiting.members else { return None };
        if has_expired {
            left.clear();
        }
        self.notifications.expand(id, left.len());
        let next: Vec<_> = left.drain(..left.len().min(CHUNK)).collect();
        let next = next.into_iter().filter(|user| self.users.by_key(*user).is_some()).collect();
        self.leave_plans(id, &next, !waiting.is_group);
        let mut events = Vec::new();
        let reached = self.deliver_all(id, next, now, &mut events);
        let done = left.is_empty();
        self.notifications.reach(id, reached, done);
        let principal = waiting.principal.clone();
        if !done {
            self.outbox.0.insert(id, Waiting { members: Members::Known(left), ..waiting });
        }
        Some(Step { notification: id, principal, reached: reached as i64, done, events })
    }

    fn cancel(&mut self, id: NotificationId, principal: &str, now: Timestamp) -> Cancelled {
        let sent = self.notifications.get(id).filter(|sent| sent.principal == principal);
        let Some(sent) = sent else {
            return Cancelled::Unknown;
        };
        let is_early = self.outbox.0.get(&id).is_some_and(|waiting| !waiting.is_due(now));
        match sent.receipt.state {
            Progress::Cancelled => Cancelled::Done(sent.receipt.clone()),
            Progress::Scheduled if is_early => {
                self.outbox.0.remove(&id);
                self.notifications.cancel(id).map_or(Cancelled::Unknown, Cancelled::Done)
            }
            _ => Cancelled::TooLate,
        }
    }
}

#[async_trait]
impl FanOutStore for MemoryStore {
    async fn next_step(&self) -> Result<Option<Timestamp>, StoreError> {
        let state = self.state()?;
        let due = state.outbox.0.values().map(|waiting| waiting.due_at);
        Ok(due.map(|at| at.unwrap_or(Timestamp::from_micros(0))).min())
    }

    async fn step(
        &self,
        after: Option<String>,
        now: Timestamp,
        _: Arc<dyn Connected>,
    ) -> Result<Option<Step>, StoreError> {
        // every event says where all inboxes stand
        Ok(self.state()?.step(after.as_deref(), now))
    }

    async fn hasten(
        &self,
        id: NotificationId,
        users: Vec<UserKey>,
        now: Timestamp,
    ) -> Result<Vec<LiveEvent>, StoreError> {
        Ok(self.state()?.hasten(id, &users, now).unwrap_or_default())
    }

    async fn cancel(
        &self,
        id: NotificationId,
        principal: String,
        now: Timestamp,
    ) -> Result<Cancelled, StoreError> {
        Ok(self.state()?.cancel(id, &principal, now))
    }

    async fn reached(
        &self,
        id: NotificationId,
        users: Vec<UserKey>,
    ) -> Result<Vec<Delivered>, StoreError> {
        let state = self.state()?;
        let latest = |user: &UserKey| {
            let log = state.inboxes.logs.get(user)?;
            let is_latest = log.item(id)?.rev == log.head().rev;
            is_latest.then(|| Delivered { user: *user, head: log.head() })
        };
        Ok(users.iter().filter_map(latest).collect())
    }
}

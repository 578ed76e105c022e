use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use async_trait::async_trait;
use herald_domain::{
    Audience, ChannelSet, Draft, Notification, NotificationId, Receipt, Route, State as Progress,
    Timestamp, UserId, UserKey,
};
use herald_ports::{
    Accepted, Append, Delivered, Entry, Idempotency, LiveEvent, NotificationStore, Outcome,
    Refusal, SentNotification, StoreError,
};

use crate::MemoryStore;
use crate::fan_out::Members;
use crate::inbox::removal;
use crate::retention::pop_if;
use crate::store::State;
use crate::users::Users;

/// What was sent, and what was answered under each idempotency key.
#[derive(Debug, Default)]
pub(crate) struct Notifications {
    sent: BTreeMap<NotificationId, Sent>,
    /// notifications that no inbox holds, the oldest first
    unheld: BTreeSet<(Timestamp, NotificationId)>,
    answers: HashMap<[u8; 16], Answer>,
    /// the keys of the answers, in the order in which they were given
    answered: VecDeque<(Timestamp, [u8; 16])>,
    last: i64,
}

#[derive(Debug)]
struct Sent {
    sent: SentNotification,
    sending: Sending,
    /// how many inboxes it is still in
    holders: usize,
}

/// How something is told.
#[derive(Debug)]
pub(crate) struct Sending {
    pub(crate) route: Route,
    /// the external channels by which it may go out to whoever has not chosen
    pub(crate) open: ChannelSet,
    pub(crate) traceparent: Option<String>,
}

#[derive(Debug)]
struct Answer {
    fingerprint: [u8; 16],
    outcomes: Vec<Outcome>,
}

impl Notifications {
    fn replay(&self, idempotency: Idempotency) -> Option<Accepted> {
        let answer = self.answers.get(&idempotency.key)?;
        Some(if answer.fingerprint == idempotency.fingerprint {
            Accepted::Replayed(answer.outcomes.clone())
        } else {
            Accepted::Mismatch
        })
    }

    fn keep(&mut self, idempotency: Idempotency, outcomes: &[Outcome], now: Timestamp) {
        let Idempotency { key, fingerprint } = idempotency;
        self.answers.insert(key, Answer { fingerprint, outcomes: outcomes.to_vec() });
        self.answered.push_back((now, key));
    }

    /// Notes that an inbox does not hold a notification any more.
    pub(crate) fn release(&mut self, id: NotificationId) {
        if let Some(Sent { sent, holders, .. }) = self.sent.get_mut(&id) {
            *holders -= 1;
            if *holders == 0 {
                self.unheld.insert((sent.receipt.created_at, id));
            }
        }
    }

    pub(crate) fn get(&self, id: NotificationId) -> Option<&SentNotification> {
        self.sent.get(&id).map(|sent| &sent.sent)
    }

    /// How it is told.
    pub(crate) fn sending(&self, id: NotificationId) -> Option<&Sending> {
        self.sent.get(&id).map(|sent| &sent.sending)
    }

    /// Notes that its time has come.
    pub(crate) fn begin(&mut self, id: NotificationId) {
        if let Some(Sent { sent, .. }) = self.sent.get_mut(&id) {
            sent.receipt.state = Progress::Expanding;
        }
    }

    /// Notes that it is being put into inboxes: at most so many.
    pub(crate) fn expand(&mut self, id: NotificationId, left: usize) {
        if let Some(Sent { sent, .. }) = self.sent.get_mut(&id) {
            sent.total = Some(sent.receipt.recipients + left as i64);
        }
    }

    /// Notes that it is in more inboxes, and maybe in all.
    pub(crate) fn reach(&mut self, id: NotificationId, inboxes: usize, done: bool) {
        let Some(Sent { sent, holders, .. }) = self.sent.get_mut(&id) else { return };
        *holders += inboxes;
        sent.receipt.recipients += inboxes as i64;
        if done {
            sent.receipt.state = Progress::Delivered;
            sent.total = Some(sent.receipt.recipients);
        }
        if *holders == 0 {
            self.unheld.insert((sent.receipt.created_at, id));
        } else {
            self.unheld.remove(&(sent.receipt.created_at, id));
        }
    }

    /// Notes that nobody gets it.
    pub(crate) fn cancel(&mut self, id: NotificationId) -> Option<Receipt> {
        let receipt = &mut self.sent.get_mut(&id)?.sent.receipt;
        receipt.state = Progress::Cancelled;
        Some(receipt.clone())
    }

    fn add(&mut self, draft: &Draft, append: &Append, state: Progress) -> Receipt {
        self.last += 1;
        let id = NotificationId::new(self.last);
        let notification = Notification {
            id,
            content: draft.content.clone(),
            sender: append.sender.clone(),
            created_at: append.now,
        };
        let receipt = Receipt { id, state, recipients: 0, created_at: append.now };
        let sent = SentNotification {
            notification: Arc::new(notification),
            principal: append.principal.clone(),
            receipt: receipt.clone(),
            total: None,
            send_at: draft.scheduled(append.now),
            route: draft.route,
        };
        let sending = Sending {
            route: draft.route,
            open: append.defaults.open(&draft.content, draft.route),
            traceparent: append.traceparent.clone(),
        };
        self.unheld.insert((append.now, id));
        self.sent.insert(id, Sent { sent, sending, holders: 0 });
        receipt
    }
}

/// Forgetting the oldest of a kind, if it is not younger than `until`; each answers how much that was.
impl Notifications {
    /// What is not needed by anybody; answers which one that was.
    pub(crate) fn forget_unheld(
        &mut self,
        until: Timestamp,
        is_needed: impl Fn(NotificationId) -> bool,
    ) -> Option<NotificationId> {
        let mut unheld = self.unheld.iter().take_while(|(at, _)| *at <= until);
        let oldest = unheld.find(|(_, id)| !is_needed(*id)).copied()?;
        self.unheld.remove(&oldest);
        self.sent.remove(&oldest.1).map(|_| oldest.1)
    }

    pub(crate) fn forget_answer(&mut self, until: Timestamp) -> usize {
        let oldest = pop_if(&mut self.answered, |(at, _)| *at <= until);
        usize::from(oldest.and_then(|(_, key)| self.answers.remove(&key)).is_some())
    }
}

/// A recipient, found or to be created.
enum Recipient {
    Known(UserKey),
    New(UserId),
}

impl State {
    fn append(&mut self, append: &Append) -> Accepted {
        if let Some(done) =
            append.idempotency.and_then(|idempotency| self.notifications.replay(idempotency))
        {
            return done;
        }
        let (mut outcomes, mut events) = (Vec::new(), Vec::new());
        for entry in &append.entries {
            outcomes.push(match entry {
                Entry::Refused(refusal) => Outcome::Refused(refusal.clone()),
                Entry::Send(draft) => match self.send(draft, append, &mut events) {
                    Ok(receipt) => Outcome::Sent(receipt),
                    Err(refusal) => Outcome::Refused(refusal),
                },
            });
        }
        if let Some(idempotency) = append.idempotency {
            self.notifications.keep(idempotency, &outcomes, append.now);
        }
        let planned = self.planned(&outcomes);
        Accepted::Fresh(outcomes, events, planned)
    }

    /// Sends one notification, after all of its recipients were found to be good.
    fn send(
        &mut self,
        draft: &Draft,
        append: &Append,
        events: &mut Vec<LiveEvent>,
    ) -> Result<Receipt, Refusal> {
        let due_at = draft.scheduled(append.now);
        let members = match &draft.to {
            Audience::Users(ids) => self.named(ids, append)?,
            Audience::Subscribers(topic) if !self.topics.knows(topic) => {
                return Err(Refusal::unknown_topic(topic));
            }
            group => self.members(group),
        };
        let by_and_by = match &draft.to {
            group @ (Audience::Members { .. } | Audience::Subscribers(_)) if due_at.is_some() => {
                Some(Members::Later(group.clone()))
            }
            Audience::Users(ids) if due_at.is_none() && ids.len() <= Audience::MAX_AT_ONCE => None,
            _ => Some(Members::Known(members.iter().copied().collect())),
        };
        let state = match (&by_and_by, due_at) {
            (None, _) => Progress::Delivered,
            (Some(_), None) => Progress::Expanding,
            (Some(_), Some(_)) => Progress::Scheduled,
        };
        let mut receipt = self.notifications.add(draft, append, state);
        match by_and_by {
            Some(later) => {
                let is_group = !matches!(draft.to, Audience::Users(_));
                self.wait(receipt.id, &append.principal, due_at, later, is_group);
                if is_group && due_at.is_none() {
                    events.push(LiveEvent::Expanding { notification: receipt.id });
                }
            }
            None => {
                self.leave_plans(receipt.id, &members, true);
                let reached = self.deliver_all(receipt.id, members, append.now, events);
                self.notifications.reach(receipt.id, reached, true);
                receipt.recipients = reached as i64;
            }
        }
        Ok(receipt)
    }

    /// The users of those ids, who are created if need be; or why one cannot be told.
    fn named(&mut self, ids: &[UserId], append: &Append) -> Result<BTreeSet<UserKey>, Refusal> {
        let (mut recipients, mut violations) = (Vec::with_capacity(ids.len()), Vec::new());
        for id in ids {
            match recipient(&self.users, id, append.create_recipients) {
                Ok(recipient) => recipients.push(recipient),
                Err(refusal) => violations.extend(refusal.violations),
            }
        }
        if !violations.is_empty() {
            return Err(Refusal { violations });
        }
        let keys = recipients.into_iter().map(|recipient| match recipient {
            Recipient::Known(user) => user,
            Recipient::New(id) => self.users.create(id, append.now).key,
        });
        Ok(keys.collect())
    }

    /// Puts a notification into the inboxes of all these users who want it there; how many they are.
    pub(crate) fn deliver_all(
        &mut self,
        id: NotificationId,
        mut users: BTreeSet<UserKey>,
        now: Timestamp,
        events: &mut Vec<LiveEvent>,
    ) -> usize {
        let Some(Sent { sent, sending, .. }) = self.notifications.sent.get(&id) else { return 0 };
        if !sending.route.has_inbox() {
            return 0;
        }
        let notification = sent.notification.clone();
        users.retain(|user| self.wants(*user, &notification.content, now));
        let recipients: Vec<_> =
            users.into_iter().map(|user| self.deliver(&notification, user, events)).collect();
        let reached = recipients.len();
        if !recipients.is_empty() {
            events.push(LiveEvent::Appended { notification, recipients });
        }
        reached
    }

    /// Puts an item into an inbox, and takes away the unread ones that it replaces, and the oldest
    /// ones that it pushes out.
    fn deliver(
        &mut self,
        notification: &Arc<Notification>,
        user: UserKey,
        events: &mut Vec<LiveEvent>,
    ) -> Delivered {
        if let Some(key) = &notification.content.collapse_key {
            let unread = self.inboxes.of(user).unread_of(key);
            let replaced = self.remove(user, unread, notification.created_at);
            events.extend(removal(user, self.inboxes.of(user).head(), &replaced));
        }
        events.extend(self.make_room(user, notification.created_at));
        Delivered { user, head: self.inboxes.append(user, notification.clone()) }
    }
}

/// The user of that id. A login name is not one: the refusal says whose it is.
fn recipient(users: &Users, id: &UserId, create: bool) -> Result<Recipient, Refusal> {
    if let Some(user) = users.by_id(id) {
        return Ok(Recipient::Known(user.key));
    }
    if let Some(user) = users.by_name(id.as_str()) {
        return Err(Refusal::username_not_id(id.as_str(), user.id.as_str()));
    }
    if create && !id.is_reserved() {
        return Ok(Recipient::New(id.clone()));
    }
    Err(Refusal::unknown_recipient(id.as_str()))
}

#[async_trait]
impl NotificationStore for MemoryStore {
    async fn append(&self, append: Append) -> Result<Accepted, StoreError> {
        Ok(self.state()?.append(&append))
    }

    async fn replay(&self, idempotency: Idempotency) -> Result<Option<Accepted>, StoreError> {
        Ok(self.state()?.notifications.replay(idempotency))
    }

    async fn sent(&self, id: NotificationId) -> Result<Option<SentNotification>, StoreError> {
        Ok(self.state()?.notifications.sent.get(&id).map(|sent| sent.sent.clone()))
    }
}

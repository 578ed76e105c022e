use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use herald_domain::{
    Draft, Notification, NotificationId, Receipt, State as Progress, UserId, UserKey,
};
use herald_ports::{
    Accepted, Append, Delivered, Entry, Idempotency, LiveEvent, NotificationStore, Outcome,
    Refusal, SentNotification, StoreError,
};

use crate::MemoryStore;
use crate::inbox::removal;
use crate::store::State;
use crate::users::Users;

/// What was sent, and what was answered under each idempotency key.
#[derive(Debug, Default)]
pub(crate) struct Notifications {
    sent: BTreeMap<NotificationId, SentNotification>,
    answers: HashMap<[u8; 16], Answer>,
    last: i64,
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

    fn add(&mut self, draft: &Draft, append: &Append, recipients: usize) -> &SentNotification {
        self.last += 1;
        let id = NotificationId::new(self.last);
        let notification = Notification {
            id,
            content: draft.content.clone(),
            sender: append.sender.clone(),
            created_at: append.now,
        };
        let receipt = Receipt {
            id,
            state: Progress::Delivered,
            recipients: recipients as i64,
            created_at: append.now,
        };
        let sent = SentNotification {
            notification: Arc::new(notification),
            principal: append.principal.clone(),
            receipt,
        };
        self.sent.entry(id).or_insert(sent)
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
        if let Some(Idempotency { key, fingerprint }) = append.idempotency {
            let answer = Answer { fingerprint, outcomes: outcomes.clone() };
            self.notifications.answers.insert(key, answer);
        }
        Accepted::Fresh(outcomes, events)
    }

    /// Sends one notification, after all of its recipients were found to be good.
    fn send(
        &mut self,
        draft: &Draft,
        append: &Append,
        events: &mut Vec<LiveEvent>,
    ) -> Result<Receipt, Refusal> {
        let recipients: Vec<_> = draft
            .recipients
            .iter()
            .map(|id| recipient(&self.users, id, append.create_recipients))
            .collect::<Result<_, _>>()?;
        let recipients: BTreeSet<_> = recipients
            .into_iter()
            .map(|recipient| match recipient {
                Recipient::Known(user) => user,
                Recipient::New(id) => self.users.create(id, append.now).key,
            })
            .collect();
        let sent = self.notifications.add(draft, append, recipients.len());
        let (notification, receipt) = (sent.notification.clone(), sent.receipt.clone());
        let recipients =
            recipients.into_iter().map(|user| self.deliver(&notification, user, events)).collect();
        events.push(LiveEvent::Appended { notification, recipients });
        Ok(receipt)
    }

    /// Puts an item into an inbox, and takes away the unread ones that it replaces.
    fn deliver(
        &mut self,
        notification: &Arc<Notification>,
        user: UserKey,
        events: &mut Vec<LiveEvent>,
    ) -> Delivered {
        let log = self.inboxes.of(user);
        if let Some(key) = &notification.content.collapse_key {
            let replaced = log.remove(&log.unread_of(key));
            events.extend(removal(user, log.head(), &replaced));
        }
        log.append(notification.clone());
        let head = log.head();
        Delivered { user, head }
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
        Ok(self.state()?.notifications.sent.get(&id).cloned())
    }
}

use std::sync::Arc;

use herald_domain::{
    Draft, NotificationId, Principal, RawDraft, Receipt, Rule, State, Timestamp, Violation,
    Violations,
};
use herald_ports::{
    Accepted, Append, Cancelled, Clock, Entry, FanOutStore, Idempotency, Job, JobQueue, LiveBus,
    NotificationStore, Outcome, Refusal, SentNotification, StoreError,
};
use sha2::{Digest, Sha256};

use crate::CurrentDefaults;
use crate::figures::{self, SendFigures};

/// Why something was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// it breaks rules
    #[error("notification was refused")]
    Refused(Refusal),
    /// the idempotency key was used for another request
    #[error("idempotency key was used for another request")]
    KeyReused,
    /// the store did not do it
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What makes a caller's request recognisable when it is repeated.
#[derive(Debug, Clone, Copy)]
pub struct RequestKey<'a> {
    /// where the key holds: the same key on another route is another key
    pub route: &'static str,
    /// the caller's key
    pub key: &'a str,
    /// the request itself
    pub request: &'a [u8],
}

/// What a request to send comes with.
#[derive(Debug, Clone, Copy, Default)]
pub struct RequestContext<'a> {
    /// what makes it recognisable when it is repeated
    pub key: Option<RequestKey<'a>>,
    /// what it belongs to (W3C Trace Context, `traceparent`); whatever is delivered of it says so
    pub traceparent: Option<&'a str>,
}

/// Why a notification was not taken back.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// its time has come
    #[error("notification was sent already")]
    TooLate,
    /// the caller sent no such notification
    #[error("there is no such notification")]
    Unknown,
    /// the store did not do it
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a notifier reaches the world through.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is the port of that name")]
pub struct NotifierPorts {
    pub defaults: Arc<CurrentDefaults>,
    pub notifications: Arc<dyn NotificationStore>,
    pub fan_out: Arc<dyn FanOutStore>,
    pub queue: Arc<dyn JobQueue>,
    pub bus: Arc<dyn LiveBus>,
    pub clock: Arc<dyn Clock>,
}

/// Sends notifications.
pub struct Notifier {
    ports: NotifierPorts,
    figures: SendFigures,
}

impl Notifier {
    /// The most notifications of one batch.
    pub const MAX_BATCH: usize = 1_000;

    /// Over a store; open devices hear of it by the bus, and workers by the queue.
    pub fn new(ports: NotifierPorts) -> Self {
        Self { ports, figures: SendFigures::new() }
    }

    /// Sends one notification: when this answers, it is stored for good, and if its state is
    /// [`State::Delivered`], in every recipient's inbox. What is for many, or for a later time, is put
    /// there by the [`Dispatcher`](crate::Dispatcher).
    ///
    /// Everybody may send to themselves; to others, only [`Principal::may_send_to_others`]. The
    /// same request under the same key is sent once, and answered the same each time.
    pub async fn send(
        &self,
        sender: &Principal,
        raw: RawDraft,
        context: RequestContext<'_>,
    ) -> Result<Receipt, SendError> {
        let outcomes = self.send_one(sender, raw, context).await;
        let outcomes = outcomes.inspect_err(figures::refused)?;
        match outcomes.into_iter().next() {
            Some(Outcome::Sent(receipt)) => Ok(receipt),
            Some(Outcome::Refused(refusal)) => Err(SendError::Refused(refusal)),
            None => {
                Err(StoreError::Corrupt("an append was answered without outcome".into()).into())
            }
        }
    }

    /// Sends up to [`Notifier::MAX_BATCH`] notifications as one transaction, and answers what
    /// became of each, in order. One that is refused does not stop the others.
    pub async fn send_batch(
        &self,
        sender: &Principal,
        drafts: Vec<Result<RawDraft, Violations>>,
        context: RequestContext<'_>,
    ) -> Result<Vec<Outcome>, SendError> {
        let outcomes = self.send_many(sender, drafts, context).await;
        outcomes.inspect_err(figures::refused)
    }

    /// A notification that the caller sent; `None` for every other.
    pub async fn sent(
        &self,
        sender: &Principal,
        id: NotificationId,
    ) -> Result<Option<SentNotification>, StoreError> {
        let sent = self.ports.notifications.sent(id).await?;
        Ok(sent.filter(|sent| sent.principal == sender.reference()))
    }

    /// Takes back a notification that the caller sent for a later time, if that has not come. Twice is
    /// once.
    pub async fn cancel(
        &self,
        sender: &Principal,
        id: NotificationId,
    ) -> Result<Receipt, CancelError> {
        let now = self.ports.clock.now();
        match self.ports.fan_out.cancel(id, sender.reference(), now).await? {
            Cancelled::Done(receipt) => Ok(receipt),
            Cancelled::TooLate => Err(CancelError::TooLate),
            Cancelled::Unknown => Err(CancelError::Unknown),
        }
    }

    async fn send_one(
        &self,
        sender: &Principal,
        raw: RawDraft,
        context: RequestContext<'_>,
    ) -> Result<Vec<Outcome>, SendError> {
        let now = self.ports.clock.now();
        let draft = prepare(sender, raw).map_err(SendError::Refused)?;
        let key = context.key.map(|key| idempotency(sender, key));
        match draft.check_expiry(now) {
            Ok(()) => {
                self.append(sender, vec![Entry::Send(draft)], key, context.traceparent, now).await
            }
            // what has expired since it was first sent is still answered as it was then
            Err(late) => match self.replay(key).await? {
                Some(outcomes) => Ok(outcomes),
                None => Err(SendError::Refused(refusal(late))),
            },
        }
    }

    async fn send_many(
        &self,
        sender: &Principal,
        drafts: Vec<Result<RawDraft, Violations>>,
        context: RequestContext<'_>,
    ) -> Result<Vec<Outcome>, SendError> {
        let now = self.ports.clock.now();
        check_batch_size(drafts.len()).map_err(|v| SendError::Refused(refusal(v)))?;
        let key = context.key.map(|key| idempotency(sender, key));
        if let Some(outcomes) = self.replay(key).await? {
            return Ok(outcomes);
        }
        let entries = drafts
            .into_iter()
            .map(|raw| {
                let draft = raw.map_err(refusal).and_then(|raw| prepare(sender, raw));
                match draft
                    .and_then(|draft| draft.check_expiry(now).map(|()| draft).map_err(refusal))
                {
                    Ok(draft) => Entry::Send(draft),
                    Err(refusal) => Entry::Refused(refusal),
                }
            })
            .collect();
        self.append(sender, entries, key, context.traceparent, now).await
    }

    async fn append(
        &self,
        sender: &Principal,
        entries: Vec<Entry>,
        idempotency: Option<Idempotency>,
        traceparent: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<Outcome>, SendError> {
        let append = Append {
            entries,
            sender: sender.sender(),
            principal: sender.reference(),
            create_recipients: sender.may_send_to_others(),
            idempotency,
            defaults: self.ports.defaults.get(),
            traceparent: traceparent.map(str::to_owned),
            now,
        };
        match self.ports.notifications.append(append).await? {
            Accepted::Fresh(outcomes, events, planned) => {
                self.figures.appended(&outcomes);
                events.into_iter().for_each(|event| self.ports.bus.publish(event));
                self.wake(&outcomes, planned).await;
                Ok(outcomes)
            }
            Accepted::Replayed(outcomes) => Ok(outcomes),
            Accepted::Mismatch => Err(SendError::KeyReused),
        }
    }

    /// Tells the workers of what waits for them.
    async fn wake(&self, outcomes: &[Outcome], planned: Vec<NotificationId>) {
        let expanding = outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Sent(Receipt { id, state: State::Expanding, .. }) => Some(Job::FanOut(*id)),
            _ => None,
        });
        // what is decided for one is decided for all
        let planned = planned.into_iter().next().map(Job::Deliver);
        for job in expanding.chain(planned) {
            if let Err(error) = self.ports.queue.publish(job).await {
                tracing::debug!(?job, %error, "left to the next look");
            }
        }
    }

    async fn replay(&self, key: Option<Idempotency>) -> Result<Option<Vec<Outcome>>, SendError> {
        let Some(key) = key else { return Ok(None) };
        match self.ports.notifications.replay(key).await? {
            Some(Accepted::Replayed(outcomes) | Accepted::Fresh(outcomes, ..)) => {
                Ok(Some(outcomes))
            }
            Some(Accepted::Mismatch) => Err(SendError::KeyReused),
            None => Ok(None),
        }
    }
}

fn refusal(violations: impl Into<Violations>) -> Refusal {
    Refusal { violations: violations.into().into() }
}

fn check_batch_size(size: usize) -> Result<(), Violation> {
    match size {
        0 => Err(Violation::new("notifications", Rule::Required, "must hold at least one")),
        1..=Notifier::MAX_BATCH => Ok(()),
        _ => Err(Violation::new("notifications", Rule::TooLong, "must hold at most 1000")),
    }
}

/// Checks what can be checked without clock and store, and that the sender may.
pub(crate) fn prepare(sender: &Principal, raw: RawDraft) -> Result<Draft, Refusal> {
    let field = raw.to.field();
    let draft = Draft::parse(raw).map_err(refusal)?;
    let allowed = sender.may_send_to_others()
        || matches!(sender, Principal::User(user) if draft.to.is_only(&user.id));
    if allowed {
        return Ok(draft);
    }
    let detail = match sender {
        Principal::User(user) => {
            format!(
                "sending to others takes the role admin or an API key; your own id is {}",
                user.id
            )
        }
        Principal::Service(_) => "sending takes an API key with the scope send".to_owned(),
    };
    Err(refusal(Violation::new(field, Rule::Forbidden, detail)))
}

fn idempotency(sender: &Principal, key: RequestKey<'_>) -> Idempotency {
    let scope = format!("{}\0{}\0{}", sender.reference(), key.route, key.key);
    Idempotency { key: half(scope.as_bytes()), fingerprint: half(key.request) }
}

/// Half of a SHA-256: 128 bits, which do not collide by chance.
fn half(bytes: &[u8]) -> [u8; 16] {
    let hash: [u8; 32] = Sha256::digest(bytes).into();
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    half
}

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use herald_domain::{Address, Channel};
use herald_ports::{
    Claimed, Clock, DeliveryError, DeliveryStore, IdGenerator, Outgoing, Record, Taken, Then,
};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use super::breaker::{Admission, Sign};
use super::breakers::Breakers;
use super::figures::ChannelFigures;
use super::judge::{Made, judge};
use super::limits::Provider;
use crate::outreach::Composer;

/// How long after its time a delivery is noticed at the latest, whatever was lost on the way.
const LOOK: Duration = Duration::from_secs(1);

/// Sends what is due by one channel.
///
/// It takes on as much as it can make at once, and as much again, so that nothing waits for the store
/// between two attempts.
pub(super) struct Sender {
    pub(super) provider: Provider,
    pub(super) deliveries: Arc<dyn DeliveryStore>,
    pub(super) composer: Arc<Composer>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn IdGenerator>,
    pub(super) records: mpsc::Sender<Record>,
    /// told when something may be due
    pub(super) wake: Arc<Notify>,
    /// told when nothing more is to be taken on
    pub(super) stop: Arc<Notify>,
    pub(super) breakers: Mutex<Breakers>,
    /// whether the provider is left alone
    pub(super) resting: Arc<AtomicBool>,
    pub(super) figures: ChannelFigures,
}

/// What one sender has in its hands.
#[derive(Default)]
struct Hands {
    /// taken on, and not begun
    ready: VecDeque<Claimed>,
    /// being made
    flying: JoinSet<()>,
}

impl Sender {
    /// Works until it is told to stop, and what was begun is over.
    pub(super) async fn run(self: Arc<Self>) {
        let mut hands = Hands::default();
        let mut look = Instant::now();
        loop {
            self.begin(&mut hands).await;
            let room = self.room(&hands);
            tokio::select! {
                () = self.stop.notified() => break,
                Some(_) = hands.flying.join_next() => {}
                () = self.wake.notified(), if room > 0 && look > Instant::now() => look = Instant::now(),
                () = sleep_until(look), if room > 0 => look = self.take_on(room, &mut hands).await,
            }
        }
        self.let_go(hands).await;
    }

    /// How many more to take on; none as long as it is not worth the while.
    fn room(&self, hands: &Hands) -> usize {
        let most = self.provider.limits.concurrency;
        let room = (2 * most).saturating_sub(hands.ready.len() + hands.flying.len());
        if room * 4 >= most { room } else { 0 }
    }

    /// Takes deliveries on, and answers when to look again.
    async fn take_on(&self, room: usize, hands: &mut Hands) -> Instant {
        let admission = self.breakers().provider().admit(Instant::now());
        let limit = match admission {
            Admission::Free => room,
            Admission::Probe => 1,
            Admission::Wait(until) => return until.min(Instant::now() + LOOK),
        };
        let (channel, lease) = (self.channel(), self.provider.limits.lease());
        let claimed = self.deliveries.claim(channel, limit, lease, self.clock.now()).await;
        if admission == Admission::Probe && claimed.as_ref().map_or(0, Vec::len) == 0 {
            self.breakers().provider().give_back();
        }
        match claimed {
            Ok(claimed) => {
                let is_all = claimed.len() < limit;
                hands.ready.extend(claimed);
                if is_all { self.next_look().await } else { Instant::now() }
            }
            Err(error) => {
                tracing::warn!(%error, channel = channel.as_str(), "cannot take deliveries on");
                Instant::now() + LOOK
            }
        }
    }

    /// When the next delivery is due, if that is soon.
    async fn next_look(&self) -> Instant {
        let next = self.deliveries.next_delivery(self.channel()).await.unwrap_or_default();
        Instant::now() + next.map_or(LOOK, |at| at.since(self.clock.now()).min(LOOK))
    }

    /// Begins as many attempts as may be made at once.
    async fn begin(self: &Arc<Self>, hands: &mut Hands) {
        while hands.flying.len() < self.provider.limits.concurrency
            && let Some(claimed) = hands.ready.pop_front()
        {
            match self.without_attempt(&claimed) {
                Some(then) => self.record(&claimed, None, then).await,
                None => {
                    let sender = Arc::clone(self);
                    hands.flying.spawn(async move { sender.attempt(claimed).await });
                }
            }
        }
    }

    /// What follows on a delivery if no attempt is to be made.
    fn without_attempt(&self, claimed: &Claimed) -> Option<Then> {
        let time = self.clock.now();
        if claimed.expires_at.is_some_and(|at| at <= time) {
            return Some(Then::Suppress("it has expired".to_owned()));
        }
        let Some(to) = self.address(claimed) else {
            return Some(Then::Suppress("the address is gone or suppressed".to_owned()));
        };
        let mut breakers = self.breakers();
        let wait = breakers.provider().rests_until().or_else(|| {
            match breakers.admit(&to, Instant::now()) {
                Admission::Free | Admission::Probe => None,
                Admission::Wait(until) => Some(until),
            }
        });
        wait.map(|until| Then::Release(time.plus(until - Instant::now())))
    }

    async fn attempt(&self, claimed: Claimed) {
        let time = self.clock.now();
        let Some(to) = self.address(&claimed) else { return };
        let message = match self.composer.compose(&claimed, to.clone(), time).await {
            Ok(message) => message,
            Err(error) => {
                let detail = format!("cannot be written: {error}");
                return self.record(&claimed, None, Then::Fail(detail)).await;
            }
        };
        let begun = Instant::now();
        let result = self.deliver(&message).await;
        self.figures.attempted(begun.elapsed());
        let made = Made {
            nth: claimed.attempt,
            at: self.clock.now(),
            expires_at: claimed.expires_at,
            random: random(&*self.random),
            by_user: to.host().is_some(),
        };
        let (attempt, then, sign) = judge(result, made, &self.provider.limits.retry);
        let was_resting = self.breakers().is_open();
        let opened = self.note(&to, sign, attempt.detail.as_deref());
        self.figures.outcome(attempt.outcome);
        let wait = opened.map_or(LOOK, |until| until - Instant::now());
        let then = match then {
            Then::Release(at) => Then::Release(at.plus(wait)),
            // it was made to find out whether the provider answers, and counts for nothing
            _ if was_resting && sign == Sign::Fails => Then::Release(made.at.plus(wait)),
            then => then,
        };
        self.record(&claimed, Some(attempt), then).await;
    }

    /// Where it goes.
    fn address(&self, claimed: &Claimed) -> Option<Address> {
        let stand_in = self.provider.stand_in.filter(|_| claimed.lacks_address);
        let invented = || stand_in.and_then(|invent| invent(self.channel(), &claimed.recipient));
        claimed.to.clone().or_else(invented)
    }

    async fn deliver(&self, message: &Outgoing) -> Result<Taken, DeliveryError> {
        let limit = self.provider.limits.timeout;
        timeout(limit, self.provider.channel.deliver(message)).await.unwrap_or_else(|_| {
            let detail = format!("no answer within {} s", limit.as_secs_f32());
            Err(DeliveryError::Transient { detail, retry_after: None })
        })
    }

    /// Notes what an attempt says of whoever was asked.
    fn note(&self, to: &Address, sign: Sign, detail: Option<&str>) -> Option<Instant> {
        let mut breakers = self.breakers();
        let until = breakers.note(to, sign, Instant::now());
        self.figures.breaker(breakers.is_open());
        self.resting.store(breakers.is_open(), Ordering::Relaxed);
        let channel = self.channel().as_str();
        match (sign, until) {
            (Sign::Broken, Some(_)) => {
                tracing::error!(channel, detail, "channel is misconfigured, nothing is sent by it");
            }
            (_, Some(_)) => {
                let host = to.host();
                tracing::warn!(channel, host, detail, "provider does not answer, it is left alone");
            }
            (_, None) => {}
        }
        until
    }

    async fn record(&self, claimed: &Claimed, attempt: Option<herald_domain::Attempt>, then: Then) {
        let record = Record { id: claimed.id, claim: claimed.claim, attempt, then };
        if self.records.send(record).await.is_err() {
            tracing::warn!(delivery = %claimed.id, "nobody records what became of a delivery");
        }
    }

    /// Leaves what was not begun to others, and waits for what was.
    async fn let_go(&self, mut hands: Hands) {
        let time = self.clock.now();
        for claimed in hands.ready.drain(..) {
            self.record(&claimed, None, Then::Release(time)).await;
        }
        while hands.flying.join_next().await.is_some() {}
    }

    fn channel(&self) -> Channel {
        self.provider.channel.channel()
    }

    fn breakers(&self) -> MutexGuard<'_, Breakers> {
        self.breakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A number drawn evenly from all numbers.
fn random(ids: &dyn IdGenerator) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&ids.secret()[..8]);
    u64::from_le_bytes(bytes)
}

//! What makes deliveries: decides them, sends them, tries again, and records what became of them.

mod breaker;
mod breakers;
mod figures;
mod judge;
mod limits;
mod planner;
mod recorder;
mod sender;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use herald_domain::{Channel, ChannelSet};
use herald_ports::{Clock, DeliveryStore, IdGenerator};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::outreach::{Composer, CurrentDefaults};
use figures::ChannelFigures;
pub use limits::{Limits, Provider, StandIn};
use planner::Planner;
use recorder::Recorder;
use sender::Sender;

/// What an engine reaches the world through.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is what its type is")]
pub struct EnginePorts {
    /// told when there may be something to decide
    pub plans: Arc<Notify>,
    pub deliveries: Arc<dyn DeliveryStore>,
    pub composer: Arc<Composer>,
    pub defaults: Arc<CurrentDefaults>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn IdGenerator>,
}

/// Makes deliveries by every external channel.
///
/// It may be stopped, or killed, at any moment: what it has in its hands is taken on by another engine, or by
/// itself, when its lease has run out. Any number may work on one store.
pub struct Engine {
    ports: EnginePorts,
    providers: Vec<Provider>,
    /// channels by which whoever has no address is given one
    addressless: ChannelSet,
    senders: Wakes,
    stop: Vec<Arc<Notify>>,
    /// of each provider, whether it is left alone since it does not answer
    resting: Vec<Arc<AtomicBool>>,
}

/// What wakes the senders.
#[derive(Clone, Default)]
struct Wakes(Arc<Vec<(Channel, Arc<Notify>)>>);

impl Wakes {
    /// Something is due by these channels.
    fn wake(&self, due: ChannelSet) {
        let due = self.0.iter().filter(|(channel, _)| due.contains(*channel));
        due.for_each(|(_, wake)| wake.notify_one());
    }
}

impl Engine {
    /// How long what was begun may take to end, when it is stopped.
    const GOODBYE: Duration = Duration::from_secs(10);
    /// How often it looks how much waits.
    const ROUND: Duration = Duration::from_secs(5);

    /// Over a store, by these providers, of which each is another channel's.
    pub fn new(ports: EnginePorts, providers: Vec<Provider>) -> Self {
        let channels = providers.iter().map(|provider| provider.channel.channel());
        let wakes = channels.map(|channel| (channel, Arc::default())).collect();
        let stop = providers.iter().map(|_| Arc::default()).collect();
        let resting = providers.iter().map(|_| Arc::default()).collect();
        let senders = Wakes(Arc::new(wakes));
        let addressless = Self::addressless(&providers);
        Self { ports, providers, addressless, senders, stop, resting }
    }

    /// The channels by which whoever has no address is told nevertheless, if the sender asks for it.
    pub fn addressless(providers: &[Provider]) -> ChannelSet {
        let stood_in = providers.iter().filter(|provider| provider.stand_in.is_some());
        ChannelSet::of(stood_in.map(|provider| provider.channel.channel()))
    }

    /// The channels whose providers are left alone at this moment, since they do not answer.
    pub fn resting(&self) -> ChannelSet {
        let all = self.providers.iter().zip(&self.resting);
        let resting = all.filter(|(_, resting)| resting.load(Ordering::Relaxed));
        ChannelSet::of(resting.map(|(provider, _)| provider.channel.channel()))
    }

    /// Works until [`Engine::stop`], and what was begun is over and recorded.
    pub async fn run(&self) {
        let EnginePorts { deliveries, clock, .. } = &self.ports;
        let (records, record) = Recorder::start(deliveries.clone(), clock.clone());
        let mut senders = JoinSet::new();
        for (nth, provider) in self.providers.iter().enumerate() {
            senders.spawn(Arc::new(self.sender(nth, provider, records.clone())).run());
        }
        drop(records);
        let work = async { while senders.join_next().await.is_some() {} };
        tokio::select! {
            ((), ()) = async { tokio::join!(work, record) } => {}
            () = self.planner().run() => {}
            () = self.measure() => {}
        }
    }

    /// Takes nothing more on.
    pub async fn stop(&self, run: impl Future<Output = ()>) {
        self.stop.iter().for_each(|stop| stop.notify_one());
        if timeout(Self::GOODBYE, run).await.is_err() {
            tracing::warn!("deliveries that were begun are not over, and will be made again");
        }
    }

    fn planner(&self) -> Planner {
        let EnginePorts { plans: wake, deliveries, defaults, clock, .. } = self.ports.clone();
        let (addressless, senders) = (self.addressless, self.senders.clone());
        Planner { deliveries, defaults, clock, addressless, wake, senders }
    }

    fn sender(
        &self,
        nth: usize,
        provider: &Provider,
        records: tokio::sync::mpsc::Sender<herald_ports::Record>,
    ) -> Sender {
        let EnginePorts { deliveries, composer, clock, random, .. } = self.ports.clone();
        Sender {
            provider: provider.clone(),
            deliveries,
            composer,
            clock,
            random,
            records,
            wake: self.senders.0[nth].1.clone(),
            stop: self.stop[nth].clone(),
            breakers: Mutex::default(),
            resting: self.resting[nth].clone(),
            figures: ChannelFigures::new(provider.channel.channel()),
        }
    }

    /// Looks now and then how much waits.
    async fn measure(&self) {
        let mut rounds = interval(Self::ROUND);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            rounds.tick().await;
            match self.ports.deliveries.backlog().await {
                Ok(backlog) => figures::backlog(&backlog, self.ports.clock.now()),
                Err(error) => tracing::warn!(%error, "cannot see how much waits to be delivered"),
            }
        }
    }
}

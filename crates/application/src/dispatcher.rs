use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use herald_ports::{Clock, Connected, FanOutStore, Job, JobQueue, LiveBus, Received, StoreError};
use tokio::sync::Notify;
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use crate::figures::FanOutFigures;

/// What a dispatcher reaches the world through.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is the port of that name")]
pub struct DispatcherPorts {
    /// told when there may be something to decide for the [`Engine`](crate::Engine)
    pub plans: Arc<Notify>,
    pub fan_out: Arc<dyn FanOutStore>,
    pub queue: Arc<dyn JobQueue>,
    pub bus: Arc<dyn LiveBus>,
    pub connected: Arc<dyn Connected>,
    pub clock: Arc<dyn Clock>,
}

/// Puts what waits into the inboxes: what is for many, and what was sent for a later time.
///
/// It works in small steps, between which others have their turn. It may be stopped at any moment, and
/// several may work on one store.
pub struct Dispatcher {
    ports: DispatcherPorts,
    /// whose turn it was last
    last: Mutex<Option<String>>,
    figures: FanOutFigures,
}

impl Dispatcher {
    /// How long after its time something is noticed at the latest, whatever was lost on the way.
    pub const LOOK: Duration = Duration::from_secs(1);

    /// Over a store; open devices hear of it by the bus.
    pub fn new(ports: DispatcherPorts) -> Self {
        Self { ports, last: Mutex::default(), figures: FanOutFigures::new() }
    }

    /// Works until it is dropped. What fails is logged, and tried again at the next look.
    pub async fn run(&self) {
        loop {
            let job = self.wait().await;
            if job.as_ref().is_some_and(|job| matches!(job.job(), Job::Deliver(_))) {
                self.ports.plans.notify_one();
            }
            let worked = self.work().await;
            if let Some(job) = job {
                // whatever failed is found at the next look
                job.ack().await;
            }
            if let Err(error) = worked {
                tracing::warn!(%error, "cannot put notifications into inboxes");
                sleep(Self::LOOK).await;
            }
        }
    }

    /// Takes every step that is due.
    pub async fn work(&self) -> Result<(), StoreError> {
        while self.step().await? {
            yield_now().await;
        }
        Ok(())
    }

    /// Takes the next step; `false` if none is due.
    async fn step(&self) -> Result<bool, StoreError> {
        let now = self.ports.clock.now();
        let connected = self.ports.connected.clone();
        let step = self.ports.fan_out.step(self.last_turn(), now, connected).await?;
        let Some(step) = step else {
            return Ok(false);
        };
        self.figures.step(&step);
        self.ports.plans.notify_one();
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(step.principal);
        step.events.into_iter().for_each(|event| self.ports.bus.publish(event));
        Ok(true)
    }

    fn last_turn(&self) -> Option<String> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for a job, for the next time that something is due, or for the next look.
    async fn wait(&self) -> Option<Box<dyn Received>> {
        let next = self.ports.fan_out.next_step().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot look for what waits");
            None
        });
        let pause = next.map_or(Self::LOOK, |at| at.since(self.ports.clock.now()).min(Self::LOOK));
        timeout(pause, self.ports.queue.receive()).await.ok()
    }
}

use std::sync::Arc;
use std::time::Duration;

use herald_domain::ChannelSet;
use herald_ports::{Clock, DeliveryStore, Planning, StoreError};
use tokio::sync::Notify;
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use super::Wakes;
use crate::outreach::CurrentDefaults;

/// Decides who is told how, as soon as there is something to decide.
pub(super) struct Planner {
    pub(super) deliveries: Arc<dyn DeliveryStore>,
    pub(super) defaults: Arc<CurrentDefaults>,
    pub(super) clock: Arc<dyn Clock>,
    /// channels by which whoever has no address is given one
    pub(super) addressless: ChannelSet,
    /// told when there may be something to decide
    pub(super) wake: Arc<Notify>,
    pub(super) senders: Wakes,
}

impl Planner {
    /// How long after its time something is noticed at the latest, whatever was lost on the way.
    const LOOK: Duration = Duration::from_secs(1);
    /// How many are decided together.
    const TOGETHER: usize = 256;

    /// Works until it is dropped. What fails is logged, and tried again at the next look.
    pub(super) async fn run(self) {
        loop {
            match self.work().await {
                Ok(pause) => {
                    let _ = timeout(pause, self.wake.notified()).await;
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot decide who is told how");
                    sleep(Self::LOOK).await;
                }
            }
        }
    }

    /// Decides what there is, and answers when to look again.
    async fn work(&self) -> Result<Duration, StoreError> {
        while let Some(at) = self.deliveries.next_plan().await? {
            let now = self.clock.now();
            if at > now {
                return Ok(at.since(now).min(Self::LOOK));
            }
            let planned = self.deliveries.plan(self.planning()).await?;
            self.senders.wake(planned.due);
            if planned.taken == 0 {
                // others have it in their hands
                break;
            }
            yield_now().await;
        }
        Ok(Self::LOOK)
    }

    fn planning(&self) -> Planning {
        Planning {
            defaults: self.defaults.get(),
            addressless: self.addressless,
            now: self.clock.now(),
            limit: Self::TOGETHER,
        }
    }
}

use std::sync::Arc;
use std::time::Duration;

use herald_domain::{Leftover, Retention, Timestamp, UserKey};
use herald_ports::{Clock, LiveBus, LiveEvent, RetentionStore, StoreError};
use tokio::task::yield_now;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::{Duty, figures};

/// Removes what has its time behind it, and tells the devices.
///
/// It works in small steps, between which it lets others have their turn. It may be stopped at any
/// moment. Of several on one store, one works at a time: who has the [`Duty`].
pub struct Janitor {
    store: Arc<dyn RetentionStore>,
    bus: Arc<dyn LiveBus>,
    clock: Arc<dyn Clock>,
    retention: Retention,
    duty: Duty,
}

impl Janitor {
    /// How often [`Janitor::run`] looks at everything.
    pub const ROUND: Duration = Duration::from_secs(30);
    /// How often it looks when the next item expires: what is sent with less time than that to live
    /// may stay so much longer, and everything else goes on the dot.
    pub const LOOK: Duration = Duration::from_secs(1);
    /// The most that one step removes.
    const STEP: usize = 100;

    /// Over a store, by these rules; open devices hear of removals by the bus.
    pub fn new(
        store: Arc<dyn RetentionStore>,
        bus: Arc<dyn LiveBus>,
        clock: Arc<dyn Clock>,
        retention: Retention,
        duty: Duty,
    ) -> Self {
        Self { store, bus, clock, retention, duty }
    }

    /// Works until it is dropped. What fails is logged, and tried again at the next look.
    pub async fn run(&self) {
        let mut rounds = interval(Self::ROUND);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut pause, mut everything) = (Duration::ZERO, false);
        loop {
            tokio::select! {
                _ = rounds.tick() => everything = true,
                () = sleep(pause) => {}
            }
            pause = match self.turn(everything).await {
                Ok(Some(pause)) => {
                    everything = false;
                    pause
                }
                Ok(None) => Duty::ASK,
                Err(error) => {
                    tracing::warn!(%error, "cannot clean up");
                    Self::LOOK
                }
            };
        }
    }

    /// Does what is due, and answers when to look again; `None` if it is another's to do.
    async fn turn(&self, everything: bool) -> Result<Option<Duration>, StoreError> {
        if !self.duty.is_mine().await? {
            return Ok(None);
        }
        if everything {
            self.run_once().await?;
        }
        let next = self.expire().await?;
        Ok(Some(next.map_or(Self::LOOK, |at| at.since(self.clock.now()).min(Self::LOOK))))
    }

    /// Leaves the work to other processes.
    pub async fn give_up(&self) {
        self.duty.give_up().await;
    }

    /// Removes, step by step, everything that is to be removed now.
    pub async fn run_once(&self) -> Result<(), StoreError> {
        self.expire().await?;
        self.trim().await?;
        for leftover in Leftover::ALL {
            self.forget(leftover).await?;
        }
        Ok(())
    }

    /// Removes the items that have expired; answers when the next one expires.
    pub async fn expire(&self) -> Result<Option<Timestamp>, StoreError> {
        loop {
            let now = self.clock.now();
            match self.store.next_expiry().await? {
                Some(next) if next <= now => {
                    self.publish("expired", self.store.expire(now, Self::STEP).await?);
                    yield_now().await;
                }
                next => return Ok(next),
            }
        }
    }

    async fn trim(&self) -> Result<(), StoreError> {
        let mut next = Some(UserKey::default());
        while let Some(after) = next {
            let now = self.clock.now();
            let keep = self.retention.keep(now);
            let trimmed = self.store.trim(after, keep, now, Self::STEP).await?;
            self.publish("trimmed", trimmed.events);
            next = trimmed.next;
            yield_now().await;
        }
        Ok(())
    }

    async fn forget(&self, leftover: Leftover) -> Result<(), StoreError> {
        let until = self.retention.until(leftover, self.clock.now());
        while self.store.forget(leftover, until, Self::STEP).await? {
            yield_now().await;
        }
        Ok(())
    }

    fn publish(&self, kind: &'static str, events: Vec<LiveEvent>) {
        figures::removed(kind, &events);
        events.into_iter().for_each(|event| self.bus.publish(event));
    }
}

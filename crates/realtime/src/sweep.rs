use std::sync::Arc;
use std::time::Duration;

use herald_domain::UserKey;
use herald_ports::{Connected, InboxStore, StoreError};
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::Hub;

/// How many inboxes are looked up at a time.
const LOOK: usize = 1_000;

/// How long it rests in between: however often something is lost, the store is not asked more often.
const REST: Duration = Duration::from_millis(250);
/// How long it waits for a store that does not answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Repairs what was lost on the way: compares where the inboxes of all who are connected stand with what
/// their devices were sent, now and then, for a bus may lose something without a trace, and at once
/// when the hub [has lagged](herald_ports::LiveSink::lagged). Only who is behind reads the store.
pub struct Sweep {
    hub: Arc<Hub>,
    inbox: Arc<dyn InboxStore>,
}

impl Sweep {
    /// How often: so long may a device be behind, whatever was lost.
    pub const ROUND: Duration = Duration::from_secs(30);

    /// Of a node's devices.
    pub fn new(hub: Arc<Hub>, inbox: Arc<dyn InboxStore>) -> Self {
        Self { hub, inbox }
    }

    /// Sweeps until it is dropped; while the store does not answer, again and again.
    pub async fn run(&self) {
        let mut rounds = interval(Self::ROUND);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = rounds.tick() => {}
                () = self.hub.has_lagged() => {}
            }
            while let Err(error) = self.run_once().await {
                tracing::warn!(%error, "cannot compare devices with the store");
                sleep(PATIENCE).await;
            }
            sleep(REST).await;
        }
    }

    /// Compares once.
    pub async fn run_once(&self) -> Result<(), StoreError> {
        let everybody = self.hub.connected(UserKey::default(), UserKey::new(i64::MAX));
        for users in everybody.chunks(LOOK) {
            self.hub.stand(self.inbox.heads(users.to_vec()).await?);
        }
        Ok(())
    }
}

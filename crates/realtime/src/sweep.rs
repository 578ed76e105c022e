use std::sync::Arc;
use std::time::Duration;

use herald_domain::UserKey;
use herald_ports::{Connected, InboxStore, StoreError};
use tokio::time::{MissedTickBehavior, interval};

use crate::Hub;

/// How many inboxes are looked up at a time.
const LOOK: usize = 1_000;

/// Repairs what a bus has lost without a trace: compares, now and then, where the inboxes of all who are
/// connected stand with what their devices were sent.
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

    /// Sweeps until it is dropped.
    pub async fn run(&self) {
        let mut rounds = interval(Self::ROUND);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            rounds.tick().await;
            if let Err(error) = self.run_once().await {
                tracing::warn!(%error, "cannot compare devices with the store");
            }
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

use std::sync::Arc;

use herald_domain::{Channel, Rule, Violation, Violations};
use herald_ports::{Part, SandboxMessage, SandboxMode, SandboxStore, StoreError};

/// Why the sandbox was not served.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// what was given breaks rules
    #[error("{0}")]
    Invalid(Violations),
    /// the store did not do it
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What channels in the sandbox were given, and how they behave. Not for everybody: the caller checks who asks.
pub struct Sandbox {
    store: Arc<dyn SandboxStore>,
}

impl Sandbox {
    /// The most messages of one list.
    pub const MAX_LIMIT: usize = 100;

    /// Over a store.
    pub fn new(store: Arc<dyn SandboxStore>) -> Self {
        Self { store }
    }

    /// Some messages, the latest first.
    pub async fn messages(
        &self,
        channel: Option<Channel>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Part<SandboxMessage, i64>, SandboxError> {
        Ok(self.store.sandbox_messages(channel, before, limit).await?)
    }

    /// Forgets all messages.
    pub async fn clear(&self) -> Result<(), SandboxError> {
        Ok(self.store.clear_sandbox().await?)
    }

    /// How each external channel behaves, in their order.
    pub async fn modes(&self) -> Result<Vec<(Channel, SandboxMode)>, SandboxError> {
        let set = self.store.sandbox_modes().await?;
        let mode = |channel| {
            let found = set.iter().find(|(known, _)| *known == channel);
            (channel, found.map_or_else(SandboxMode::default, |(_, mode)| *mode))
        };
        Ok(Channel::EXTERNAL.into_iter().map(mode).collect())
    }

    /// Says how a channel behaves from now on.
    pub async fn set_mode(&self, channel: Channel, mode: SandboxMode) -> Result<(), SandboxError> {
        if !channel.is_external() {
            let detail = "must be a channel that leads out of herald";
            let broken = Violation::new("channel", Rule::Contradiction, detail);
            return Err(SandboxError::Invalid(broken.into()));
        }
        Ok(self.store.set_sandbox_mode(channel, mode).await?)
    }
}

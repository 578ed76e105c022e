use std::collections::BTreeMap;
use std::collections::btree_map::OccupiedEntry;

use async_trait::async_trait;
use herald_domain::{Channel, Timestamp};
use herald_ports::{Part, SandboxMessage, SandboxMode, SandboxStore, SandboxVerdict, StoreError};

use crate::MemoryStore;

/// What channels in the sandbox were given, the oldest first, and how they behave.
#[derive(Debug, Default)]
pub(crate) struct Sandbox {
    messages: BTreeMap<i64, SandboxMessage>,
    /// with how many messages there were since it was set
    modes: BTreeMap<Channel, (SandboxMode, u64)>,
    last: i64,
}

impl Sandbox {
    fn give(&mut self, mut message: SandboxMessage) -> SandboxVerdict {
        let verdict = match self.modes.get_mut(&message.channel) {
            Some((mode, count)) => {
                *count += 1;
                mode.verdict(*count - 1)
            }
            None => SandboxMode::default().verdict(0),
        };
        self.last += 1;
        message.id = self.last;
        message.taken = matches!(verdict, SandboxVerdict::Taken | SandboxVerdict::TakenLate);
        self.messages.insert(message.id, message);
        verdict
    }

    /// Forgets the oldest message, if it came until then; how many that were.
    pub(crate) fn forget_message(&mut self, until: Timestamp) -> usize {
        let oldest = self.messages.first_entry().filter(|message| message.get().at <= until);
        usize::from(oldest.map(OccupiedEntry::remove).is_some())
    }
}

#[async_trait]
impl SandboxStore for MemoryStore {
    async fn give(&self, message: SandboxMessage) -> Result<SandboxVerdict, StoreError> {
        Ok(self.state()?.sandbox.give(message))
    }

    async fn sandbox_messages(
        &self,
        channel: Option<Channel>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Part<SandboxMessage, i64>, StoreError> {
        let messages = &self.state()?.sandbox.messages;
        let of_channel =
            |message: &&SandboxMessage| channel.is_none_or(|channel| message.channel == channel);
        let earlier = messages.range(..before.unwrap_or(i64::MAX)).rev();
        let found = earlier.map(|(_, message)| message).filter(of_channel);
        let found = found.take(limit.saturating_add(1)).cloned().collect();
        Ok(Part::of(found, limit, |last| last.id))
    }

    async fn clear_sandbox(&self) -> Result<(), StoreError> {
        self.state()?.sandbox.messages.clear();
        Ok(())
    }

    async fn sandbox_modes(&self) -> Result<Vec<(Channel, SandboxMode)>, StoreError> {
        let modes = &self.state()?.sandbox.modes;
        Ok(modes.iter().map(|(channel, (mode, _))| (*channel, *mode)).collect())
    }

    async fn set_sandbox_mode(
        &self,
        channel: Channel,
        mode: SandboxMode,
    ) -> Result<(), StoreError> {
        self.state()?.sandbox.modes.insert(channel, (mode, 0));
        Ok(())
    }
}

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Channel;

/// Which channels somebody wants or does not want; of those that are absent, nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Choices(BTreeMap<Channel, bool>);

impl Choices {
    /// Says whether a channel is wanted.
    pub fn set(&mut self, channel: Channel, wanted: bool) {
        self.0.insert(channel, wanted);
    }

    /// Whether the channel is wanted, if anything is said of it.
    pub fn get(&self, channel: Channel) -> Option<bool> {
        self.0.get(&channel).copied()
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<const N: usize> From<[(Channel, bool); N]> for Choices {
    fn from(choices: [(Channel, bool); N]) -> Self {
        Self(choices.into())
    }
}

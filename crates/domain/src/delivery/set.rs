use serde::{Deserialize, Serialize};

use crate::Channel;

/// Some channels. Written as the list of their names.
///
/// ```
/// use herald_domain::{Channel, ChannelSet};
///
/// let some = ChannelSet::of([Channel::Push, Channel::Email]);
/// assert_eq!(serde_json::to_string(&some).unwrap(), r#"["email","push"]"#);
/// assert!(some.contains(Channel::Email) && !some.contains(Channel::Sms));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Channel>", into = "Vec<Channel>")]
pub struct ChannelSet(u8);

impl ChannelSet {
    /// No channel.
    pub const NONE: Self = Self(0);

    /// These channels.
    pub fn of(channels: impl IntoIterator<Item = Channel>) -> Self {
        let mut set = Self::NONE;
        channels.into_iter().for_each(|channel| set.insert(channel));
        set
    }

    /// Adds a channel.
    pub fn insert(&mut self, channel: Channel) {
        self.0 |= bit(channel);
    }

    /// Whether the channel is among them.
    pub fn contains(self, channel: Channel) -> bool {
        self.0 & bit(channel) != 0
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that are in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that are in either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The channels, in their order.
    pub fn iter(self) -> impl Iterator<Item = Channel> {
        Channel::ALL.iter().copied().filter(move |channel| self.contains(*channel))
    }

    /// The set as a number, for stores: a bit for each channel. The bits of channels never change.
    pub fn bits(self) -> i64 {
        self.0.into()
    }

    /// Reads what [`ChannelSet::bits`] gave; bits of no channel are ignored.
    pub fn from_bits(bits: i64) -> Self {
        Self::of(
            Channel::ALL.iter().copied().filter(|channel| bits & i64::from(bit(*channel)) != 0),
        )
    }
}

/// The names in the order of [`Channel::ALL`] are the bits from the lowest on.
fn bit(channel: Channel) -> u8 {
    match channel {
        Channel::InApp => 1,
        Channel::Email => 2,
        Channel::Sms => 4,
        Channel::Push => 8,
        Channel::WebPush => 16,
        Channel::Webhook => 32,
    }
}

impl From<Vec<Channel>> for ChannelSet {
    fn from(channels: Vec<Channel>) -> Self {
        Self::of(channels)
    }
}

impl From<ChannelSet> for Vec<Channel> {
    fn from(set: ChannelSet) -> Self {
        set.iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_survives_as_a_number() {
        for bits in 0..64 {
            let set = ChannelSet::from_bits(bits);
            assert_eq!(set.bits(), bits);
            assert_eq!(ChannelSet::of(set.iter()), set);
        }
        assert_eq!(ChannelSet::from_bits(64), ChannelSet::NONE);
    }
}

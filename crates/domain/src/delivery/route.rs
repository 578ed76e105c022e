use super::ChannelSet;
use crate::Channel;

/// By which ways a sender wants a notification told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Route {
    /// by these channels and no other; by those that its recipients want, if `None`
    pub channels: Option<ChannelSet>,
    /// after how many seconds it goes out by other channels than the inbox, if nobody has read it
    pub escalate_after: Option<u32>,
}

impl Route {
    /// By which channels somebody is reached who has an address of some, if whoever has none is given one for
    /// others: that is done only if the sender asks for it.
    #[must_use]
    pub fn reaching(&self, reach: ChannelSet, addressless: ChannelSet) -> ChannelSet {
        reach.or(addressless.and(self.channels.unwrap_or_default()))
    }

    /// Whether it is put into inboxes.
    pub fn has_inbox(&self) -> bool {
        self.channels.is_none_or(|channels| channels.contains(Channel::InApp))
    }
}

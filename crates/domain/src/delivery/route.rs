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

    /// Whether the sender asked for that channel by its name.
    pub fn asks_for(self, channel: Channel) -> bool {
        self.channels.is_some_and(|channels| channels.contains(channel))
    }

    /// Whether the sender asked for a channel that leads out of Herald.
    pub fn leads_out(self) -> bool {
        Channel::EXTERNAL.into_iter().any(|channel| self.asks_for(channel))
    }

    /// The external channels by which it goes out to whoever wants them, though they are not
    /// [open](super::Defaults::open) to it.
    pub fn wanted(self) -> ChannelSet {
        match self.channels {
            Some(_) => ChannelSet::NONE,
            None => ChannelSet::of(Channel::EXTERNAL),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_names_channels_or_leaves_them_to_the_recipients() {
        let named = |channels: &[Channel]| Route {
            channels: Some(ChannelSet::of(channels.iter().copied())),
            escalate_after: None,
        };
        let any = Route::default();
        assert!(any.has_inbox() && !any.leads_out() && !any.asks_for(Channel::Email));
        assert_eq!(any.wanted(), ChannelSet::of(Channel::EXTERNAL));
        let inbox = named(&[Channel::InApp]);
        assert!(inbox.has_inbox() && !inbox.leads_out() && inbox.wanted().is_empty());
        let mail = named(&[Channel::Email]);
        assert!(!mail.has_inbox() && mail.leads_out() && mail.asks_for(Channel::Email));
        assert!(mail.wanted().is_empty() && !mail.asks_for(Channel::Sms));
    }
}

use std::collections::BTreeMap;
use std::ops::Bound;

use async_trait::async_trait;
use herald_domain::{Channel, ChannelSet, Email, Phone, Timestamp, User};
use herald_ports::{Part, StoreError, Suppression, SuppressionStore};

use crate::MemoryStore;

/// The addresses that nothing goes to, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Suppressions {
    all: BTreeMap<i64, Suppression>,
    last: i64,
}

impl Suppressions {
    fn find(&self, channel: Channel, address: &str) -> Option<&Suppression> {
        self.all.values().find(|one| one.channel == channel && one.address == address)
    }

    /// By which channels nothing goes to a user.
    pub(crate) fn of(&self, user: &User) -> ChannelSet {
        let email = user.email.as_ref().map(Email::as_str).map(str::to_ascii_lowercase);
        let phone = user.phone.as_ref().map(Phone::as_str).map(ToOwned::to_owned);
        let addresses = [(Channel::Email, email), (Channel::Sms, phone)];
        let is_suppressed = |(channel, address): &(Channel, Option<String>)| {
            address.as_ref().is_some_and(|address| self.find(*channel, address).is_some())
        };
        ChannelSet::of(addresses.into_iter().filter(is_suppressed).map(|(channel, _)| channel))
    }

    /// Suppresses an address, unless it is.
    pub(crate) fn add(
        &mut self,
        channel: Channel,
        mut address: String,
        reason: String,
        now: Timestamp,
    ) -> Suppression {
        if channel == Channel::Email {
            address.make_ascii_lowercase();
        }
        if let Some(known) = self.find(channel, &address) {
            return known.clone();
        }
        self.last += 1;
        let new = Suppression { id: self.last, channel, address, reason, created_at: now };
        self.all.insert(new.id, new.clone());
        new
    }
}

#[async_trait]
impl SuppressionStore for MemoryStore {
    async fn suppress(
        &self,
        channel: Channel,
        address: String,
        reason: String,
        now: Timestamp,
    ) -> Result<Suppression, StoreError> {
        Ok(self.state()?.suppressions.add(channel, address, reason, now))
    }

    async fn suppressions(
        &self,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Part<Suppression, i64>, StoreError> {
        let all = &self.state()?.suppressions.all;
        let behind = (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        let found = all.range(behind).take(limit.saturating_add(1)).map(|(_, one)| one.clone());
        Ok(Part::of(found.collect(), limit, |last| last.id))
    }

    async fn lift(&self, id: i64) -> Result<bool, StoreError> {
        Ok(self.state()?.suppressions.all.remove(&id).is_some())
    }
}

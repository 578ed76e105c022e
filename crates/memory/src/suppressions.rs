use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use async_trait::async_trait;
use herald_domain::{Channel, ChannelSet, Email, Phone, Timestamp, User};
use herald_ports::{Part, StoreError, Suppression, SuppressionStore};

use crate::MemoryStore;

/// The addresses that nothing goes to.
#[derive(Debug, Default)]
pub(crate) struct Suppressions {
    /// the oldest first
    all: BTreeMap<i64, Suppression>,
    by_address: HashMap<(Channel, String), i64>,
    last: i64,
}

impl Suppressions {
    /// By which channels nothing goes to a user.
    pub(crate) fn of(&self, user: &User) -> ChannelSet {
        let email = user.email.as_ref().map(Email::as_str).map(str::to_ascii_lowercase);
        let phone = user.phone.as_ref().map(Phone::as_str).map(ToOwned::to_owned);
        let email = email.map(|address| (Channel::Email, address));
        let phone = phone.map(|address| (Channel::Sms, address));
        let suppressed =
            email.into_iter().chain(phone).filter(|place| self.by_address.contains_key(place));
        ChannelSet::of(suppressed.map(|(channel, _)| channel))
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
        let place = (channel, address.clone());
        if let Some(known) = self.by_address.get(&place).and_then(|id| self.all.get(id)) {
            return known.clone();
        }
        self.last += 1;
        self.by_address.insert(place, self.last);
        let new = Suppression { id: self.last, channel, address, reason, created_at: now };
        self.all.insert(new.id, new.clone());
        new
    }

    fn lift(&mut self, id: i64) -> bool {
        let lifted = self.all.remove(&id);
        lifted.and_then(|one| self.by_address.remove(&(one.channel, one.address))).is_some()
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
        Ok(self.state()?.suppressions.lift(id))
    }
}

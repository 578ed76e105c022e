use std::collections::BTreeMap;

use async_trait::async_trait;
use herald_domain::{Address, Channel, ChannelSet, EndpointId, Timestamp, User, UserKey};
use herald_ports::{Endpoint, EndpointStore, NewEndpoint, Registered, StoreError};

use crate::MemoryStore;

/// The endpoints, the oldest first, and whose they are.
#[derive(Debug, Default)]
pub(crate) struct Endpoints {
    all: BTreeMap<EndpointId, (UserKey, Endpoint)>,
    last: i64,
}

impl Endpoints {
    fn of(&self, user: UserKey) -> impl Iterator<Item = &Endpoint> {
        self.all.values().filter(move |(owner, _)| *owner == user).map(|(_, endpoint)| endpoint)
    }

    /// Those that something may go out to.
    pub(crate) fn reachable(&self, user: UserKey) -> impl Iterator<Item = &Endpoint> {
        let is_ready = |endpoint: &&Endpoint| {
            endpoint.verified_at.is_some() || endpoint.address.channel() != Channel::Webhook
        };
        self.of(user).filter(is_ready)
    }

    /// By which channels a user has an address.
    pub(crate) fn reach(&self, user: &User) -> ChannelSet {
        let endpoints = self.reachable(user.key).map(|endpoint| endpoint.address.channel());
        let email = user.email.as_ref().map(|_| Channel::Email);
        let phone = user.phone.as_ref().map(|_| Channel::Sms);
        ChannelSet::of(endpoints.chain(email).chain(phone))
    }

    fn mine(&mut self, user: UserKey, id: EndpointId) -> Option<&mut Endpoint> {
        let (owner, endpoint) = self.all.get_mut(&id)?;
        (*owner == user).then_some(endpoint)
    }

    fn register(&mut self, new: NewEndpoint, most: usize) -> Registered {
        let known =
            self.all.iter().find(|(_, (_, one))| place(&one.address) == place(&new.address));
        let known = known.map(|(id, (owner, _))| (*id, *owner));
        let verified_at = new.verified.then_some(new.now);
        if let Some((id, owner)) = known
            && owner == new.user
            && let Some(endpoint) = self.mine(owner, id)
        {
            endpoint.address = new.address;
            endpoint.label = new.label.or(endpoint.label.take());
            endpoint.verified_at = endpoint.verified_at.or(verified_at);
            return Registered::Done(endpoint.clone());
        }
        if self.of(new.user).count() >= most {
            return Registered::TooMany;
        }
        // what waits for whoever had it must not come to who has it now
        known.and_then(|(id, _)| self.all.remove(&id));
        self.last += 1;
        let endpoint = Endpoint {
            id: EndpointId::new(self.last),
            address: new.address,
            label: new.label,
            created_at: new.now,
            verified_at,
        };
        self.all.insert(endpoint.id, (new.user, endpoint.clone()));
        Registered::Done(endpoint)
    }

    /// Forgets one that is gone.
    pub(crate) fn forget(&mut self, id: EndpointId) {
        self.all.remove(&id);
    }

    /// Forgets what a user had.
    pub(crate) fn forget_user(&mut self, user: UserKey) {
        self.all.retain(|_, (owner, _)| *owner != user);
    }
}

/// What tells addresses apart: the channel, and the token or the URL.
fn place(address: &Address) -> (Channel, &str) {
    let text = match address {
        Address::Email(email) => email.as_str(),
        Address::Sms(phone) => phone.as_str(),
        Address::Push(token) => token.as_str(),
        Address::WebPush(subscription) => subscription.endpoint.as_str(),
        Address::Webhook(webhook) => webhook.url.as_str(),
    };
    (address.channel(), text)
}

#[async_trait]
impl EndpointStore for MemoryStore {
    async fn register(&self, new: NewEndpoint, most: usize) -> Result<Registered, StoreError> {
        Ok(self.state()?.endpoints.register(new, most))
    }

    async fn endpoints(&self, user: UserKey) -> Result<Vec<Endpoint>, StoreError> {
        Ok(self.state()?.endpoints.of(user).cloned().collect())
    }

    async fn verified(
        &self,
        user: UserKey,
        id: EndpointId,
        now: Timestamp,
    ) -> Result<Option<Endpoint>, StoreError> {
        let mut state = self.state()?;
        let endpoint = state.endpoints.mine(user, id);
        Ok(endpoint.map(|endpoint| {
            endpoint.verified_at.get_or_insert(now);
            endpoint.clone()
        }))
    }

    async fn remove_endpoint(&self, user: UserKey, id: EndpointId) -> Result<bool, StoreError> {
        let endpoints = &mut self.state()?.endpoints;
        let is_mine = endpoints.mine(user, id).is_some();
        if is_mine {
            endpoints.all.remove(&id);
        }
        Ok(is_mine)
    }
}

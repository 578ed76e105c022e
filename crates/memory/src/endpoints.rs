use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use herald_domain::{Address, Channel, ChannelSet, EndpointId, Timestamp, User, UserKey};
use herald_ports::{Endpoint, EndpointStore, NewEndpoint, Registered, StoreError};

use crate::MemoryStore;

/// The endpoints, and whose they are.
#[derive(Debug, Default)]
pub(crate) struct Endpoints {
    /// the oldest first
    by_user: HashMap<UserKey, BTreeMap<EndpointId, Endpoint>>,
    by_address: HashMap<(Channel, String), (UserKey, EndpointId)>,
    last: i64,
}

impl Endpoints {
    fn of(&self, user: UserKey) -> impl Iterator<Item = &Endpoint> {
        self.by_user.get(&user).into_iter().flat_map(BTreeMap::values)
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
        self.by_user.get_mut(&user)?.get_mut(&id)
    }

    fn register(&mut self, new: NewEndpoint, most: usize) -> Registered {
        let known = self.by_address.get(&place(&new.address)).copied();
        let verified_at = new.verified.then_some(new.now);
        if let Some((owner, id)) = known
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
        if let Some((owner, id)) = known {
            // what waits for whoever had it must not come to who has it now
            self.remove(owner, id);
        }
        self.last += 1;
        let endpoint = Endpoint {
            id: EndpointId::new(self.last),
            address: new.address,
            label: new.label,
            created_at: new.now,
            verified_at,
        };
        self.by_address.insert(place(&endpoint.address), (new.user, endpoint.id));
        self.by_user.entry(new.user).or_default().insert(endpoint.id, endpoint.clone());
        Registered::Done(endpoint)
    }

    /// Forgets an endpoint; whether the user had it.
    pub(crate) fn remove(&mut self, user: UserKey, id: EndpointId) -> bool {
        let removed = self.by_user.get_mut(&user).and_then(|of_user| of_user.remove(&id));
        removed.and_then(|gone| self.by_address.remove(&place(&gone.address))).is_some()
    }

    /// Forgets what a user had.
    pub(crate) fn forget_user(&mut self, user: UserKey) {
        for endpoint in self.by_user.remove(&user).unwrap_or_default().into_values() {
            self.by_address.remove(&place(&endpoint.address));
        }
    }
}

/// What tells addresses apart: the channel, and the token or the URL.
fn place(address: &Address) -> (Channel, String) {
    let text = match address {
        Address::Email(email) => email.as_str(),
        Address::Sms(phone) => phone.as_str(),
        Address::Push(token) => token.as_str(),
        Address::WebPush(subscription) => subscription.endpoint.as_str(),
        Address::Webhook(webhook) => webhook.url.as_str(),
    };
    (address.channel(), text.to_owned())
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
        Ok(self.state()?.endpoints.remove(user, id))
    }
}

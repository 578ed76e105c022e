use async_trait::async_trait;
use herald_domain::{Address, EndpointId, Timestamp, UserKey};

use crate::StoreError;

/// Where a channel reaches a user: a device token, a push subscription, or a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// its number
    pub id: EndpointId,
    /// where it is; never an e-mail address or a telephone, which are the user's own
    pub address: Address,
    /// what its user calls it
    pub label: Option<String>,
    /// when it was registered
    pub created_at: Timestamp,
    /// when it answered a test; nothing goes out to a webhook that has not
    pub verified_at: Option<Timestamp>,
}

/// An endpoint that is to be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEndpoint {
    /// whose it is
    pub user: UserKey,
    /// where it is
    pub address: Address,
    /// what its user calls it
    pub label: Option<String>,
    /// whether it needs no test, or has passed it
    pub verified: bool,
    /// when this happens
    pub now: Timestamp,
}

/// What became of an endpoint that was to be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registered {
    /// it is registered, now or already
    Done(Endpoint),
    /// the user has as many as anybody may
    TooMany,
}

/// The endpoints of users.
///
/// A token, or the URL of a subscription or of a webhook, is one endpoint. Who registers one that another
/// user has takes it over, for it is the same device; who registers their own again keeps its number,
/// and what belongs to it is replaced: the keys of a subscription, the secrets of a webhook, the label if
/// one is given. An address that is registered again is suppressed no more.
#[async_trait]
pub trait EndpointStore: Send + Sync + 'static {
    /// Registers an endpoint, of which a user has at most `most`.
    async fn register(&self, new: NewEndpoint, most: usize) -> Result<Registered, StoreError>;

    /// The user's endpoints, the oldest first.
    async fn endpoints(&self, user: UserKey) -> Result<Vec<Endpoint>, StoreError>;

    /// Notes that an endpoint has passed its test. `None` if the user has no such endpoint.
    async fn verified(
        &self,
        user: UserKey,
        id: EndpointId,
        now: Timestamp,
    ) -> Result<Option<Endpoint>, StoreError>;

    /// Forgets an endpoint; `false` if the user has no such. Deliveries to it that have not ended are
    /// suppressed when their turn comes.
    async fn remove_endpoint(&self, user: UserKey, id: EndpointId) -> Result<bool, StoreError>;
}

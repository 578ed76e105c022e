use async_trait::async_trait;
use herald_domain::{ApiKeyId, ApiKeyName, Scope, Timestamp};

use crate::{StoreError, TokenHash};

/// A key to be added.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// what it is called
    pub name: ApiKeyName,
    /// what it may do
    pub scopes: Vec<Scope>,
    /// the hash of its secret
    pub hash: TokenHash,
    /// when this happens
    pub now: Timestamp,
}

/// A key as an administrator sees it: without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// its number
    pub id: ApiKeyId,
    /// what it is called
    pub name: ApiKeyName,
    /// what it may do
    pub scopes: Vec<Scope>,
    /// when it was created
    pub created_at: Timestamp,
}

/// The API keys.
#[async_trait]
pub trait ApiKeyStore: Send + Sync + 'static {
    /// Adds a key; names need not be unique.
    async fn insert(&self, new: NewApiKey) -> Result<ApiKey, StoreError>;

    /// Every key, oldest first.
    async fn list(&self) -> Result<Vec<ApiKey>, StoreError>;

    /// The key whose secret has that hash.
    async fn by_hash(&self, hash: TokenHash) -> Result<Option<ApiKey>, StoreError>;

    /// Removes a key, and notes a [`Revocation`](crate::Revocation); whether there was one.
    async fn revoke(&self, id: ApiKeyId, now: Timestamp) -> Result<bool, StoreError>;
}

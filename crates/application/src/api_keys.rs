use std::sync::Arc;

use herald_domain::{ApiKeyId, Scope, Violation, Violations};
use herald_ports::{ApiKey, ApiKeyStore, Clock, IdGenerator, NewApiKey, StoreError};

use crate::{Access, secret};

/// What an API key begins with.
pub(crate) const PREFIX: &str = "hk_";

/// Why API keys were not served.
#[derive(Debug, thiserror::Error)]
pub enum ApiKeyError {
    /// what was given breaks rules
    #[error("{0}")]
    Invalid(Violations),
    /// there is no such key
    #[error("there is no such api key")]
    Unknown,
    /// the store did not do it
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The keys by which other programs send. Only an administrator manages them; the caller checks that.
pub struct ApiKeys {
    store: Arc<dyn ApiKeyStore>,
    access: Arc<Access>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
}

impl ApiKeys {
    /// Over a store.
    pub fn new(
        store: Arc<dyn ApiKeyStore>,
        access: Arc<Access>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self { store, access, clock, ids }
    }

    /// Adds a key, and tells its secret this once.
    pub async fn create(
        &self,
        name: &str,
        scopes: Vec<Scope>,
    ) -> Result<(ApiKey, String), ApiKeyError> {
        let mut broken = Violations::default();
        let name = broken.take("name", name.parse());
        if scopes.is_empty() {
            let detail = "must name at least one scope";
            broken.push(Violation::new("scopes", herald_domain::Rule::Required, detail));
        }
        let (Some(name), Ok(())) = (name, broken.clone().into_result()) else {
            return Err(ApiKeyError::Invalid(broken));
        };
        let secret = secret::generate(PREFIX, &*self.ids);
        let hash = secret::hash(&secret);
        let new = NewApiKey { name, scopes, hash, now: self.clock.now() };
        Ok((self.store.insert(new).await?, secret))
    }

    /// Every key, oldest first, without the secrets.
    pub async fn list(&self) -> Result<Vec<ApiKey>, ApiKeyError> {
        Ok(self.store.list().await?)
    }

    /// Ends a key; it is refused from now on.
    pub async fn revoke(&self, id: ApiKeyId) -> Result<(), ApiKeyError> {
        if !self.store.revoke(id, self.clock.now()).await? {
            return Err(ApiKeyError::Unknown);
        }
        Ok(self.access.sync().await?)
    }
}

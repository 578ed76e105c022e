use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use herald_domain::{ApiKeyId, Timestamp};
use herald_ports::{ApiKey, ApiKeyStore, NewApiKey, Revoked, StoreError, TokenHash};

use crate::MemoryStore;

/// The API keys, oldest first, and the hashes of their secrets.
#[derive(Debug, Default)]
pub(crate) struct ApiKeys {
    keys: BTreeMap<ApiKeyId, (ApiKey, TokenHash)>,
    by_hash: HashMap<TokenHash, ApiKeyId>,
    last: i64,
}

#[async_trait]
impl ApiKeyStore for MemoryStore {
    async fn insert(&self, new: NewApiKey) -> Result<ApiKey, StoreError> {
        let api_keys = &mut self.state()?.api_keys;
        api_keys.last += 1;
        let key = ApiKey {
            id: ApiKeyId::new(api_keys.last),
            name: new.name,
            scopes: new.scopes,
            created_at: new.now,
        };
        api_keys.by_hash.insert(new.hash, key.id);
        api_keys.keys.insert(key.id, (key.clone(), new.hash));
        Ok(key)
    }

    async fn list(&self) -> Result<Vec<ApiKey>, StoreError> {
        let state = self.state()?;
        let keys = state.api_keys.keys.values();
        Ok(keys.map(|(key, _)| key.clone()).collect())
    }

    async fn by_hash(&self, hash: TokenHash) -> Result<Option<ApiKey>, StoreError> {
        let api_keys = &self.state()?.api_keys;
        let id = api_keys.by_hash.get(&hash);
        let found = id.and_then(|id| api_keys.keys.get(id));
        Ok(found.map(|(key, _)| key.clone()))
    }

    async fn revoke(&self, id: ApiKeyId, now: Timestamp) -> Result<bool, StoreError> {
        let state = &mut *self.state()?;
        let Some((_, hash)) = state.api_keys.keys.remove(&id) else {
            return Ok(false);
        };
        state.api_keys.by_hash.remove(&hash);
        state.sessions.note_revocation(Revoked::ApiKey(id), now);
        Ok(true)
    }
}

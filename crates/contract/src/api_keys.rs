//! [`ApiKeyStore`](herald_ports::ApiKeyStore): the keys of other programs.

use herald_domain::{ApiKeyId, Scope};
use herald_ports::{ApiKey, NewApiKey, Revoked, TokenHash};

use crate::Stores;
use crate::fixtures::{NOW, later};

/// A key is found by the hash of its secret, as it was added.
pub async fn a_key_is_found_by_its_hash(stores: &Stores) {
    let key = insert(stores, "ci bot", [1; 32]).await;
    assert_eq!(key.name, "ci bot".parse().unwrap());
    assert_eq!(key.scopes, [Scope::Send]);
    assert_eq!(key.created_at, later(1));
    let by_hash = |hash| stores.api_keys.by_hash(hash);
    assert_eq!(by_hash([1; 32]).await.unwrap(), Some(key));
    assert_eq!(by_hash([2; 32]).await.unwrap(), None);
}

/// A key may be allowed nothing.
pub async fn a_key_may_have_no_scope(stores: &Stores) {
    let new = NewApiKey { scopes: vec![], ..new("mute", [1; 32]) };
    let key = stores.api_keys.insert(new).await.unwrap();
    assert_eq!(key.scopes, []);
    assert_eq!(stores.api_keys.list().await.unwrap(), [key]);
}

/// Keys are listed oldest first; two may have one name.
pub async fn keys_are_listed_oldest_first(stores: &Stores) {
    assert_eq!(stores.api_keys.list().await.unwrap(), []);
    let mut keys = Vec::new();
    for (name, hash) in [("z", [3; 32]), ("a", [2; 32]), ("z", [1; 32])] {
        keys.push(insert(stores, name, hash).await);
    }
    assert_eq!(stores.api_keys.list().await.unwrap(), keys);
}

/// A revoked key is gone, which is noted once.
pub async fn a_revoked_key_is_gone(stores: &Stores) {
    let first = insert(stores, "first", [1; 32]).await;
    let second = insert(stores, "second", [2; 32]).await;
    let keys = &stores.api_keys;
    let (start, _) = stores.sessions.revocations_since(None).await.unwrap();
    assert!(keys.revoke(first.id, NOW).await.unwrap());
    assert!(!keys.revoke(first.id, NOW).await.unwrap());
    assert!(!keys.revoke(ApiKeyId::new(999), NOW).await.unwrap());
    let (_, noted) = stores.sessions.revocations_since(Some(start)).await.unwrap();
    let what: Vec<_> = noted.into_iter().map(|noted| noted.what).collect();
    assert_eq!(what, [Revoked::ApiKey(first.id)]);
    assert_eq!(keys.by_hash([1; 32]).await.unwrap(), None);
    assert_eq!(keys.list().await.unwrap(), [second]);
}

/// The number of a revoked key is not given again: it may still stand in what the key sent.
pub async fn a_number_is_never_given_twice(stores: &Stores) {
    let first = insert(stores, "first", [1; 32]).await;
    stores.api_keys.revoke(first.id, NOW).await.unwrap();
    let second = insert(stores, "second", [2; 32]).await;
    assert_ne!(first.id, second.id);
}

fn new(name: &str, hash: TokenHash) -> NewApiKey {
    NewApiKey { name: name.parse().unwrap(), scopes: vec![Scope::Send], hash, now: later(1) }
}

async fn insert(stores: &Stores, name: &str, hash: TokenHash) -> ApiKey {
    stores.api_keys.insert(new(name, hash)).await.unwrap()
}

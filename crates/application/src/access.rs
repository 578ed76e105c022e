use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use herald_domain::{
    Principal, ServicePrincipal, SessionId, Timestamp, User, UserId, UserKey, UserPrincipal,
};
use herald_ports::{
    ApiKey, ApiKeyStore, Claims, Clock, LiveBus, LiveEvent, Revoked, SessionStore, StoreError,
    TokenError, TokenHash, TokenVerifier, UserStore,
};
use quick_cache::sync::Cache;
use tokio::sync::Mutex;

use crate::{api_keys, secret};

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// the token was valid once
    #[error("token has expired")]
    Expired,
    /// the token is not one of ours, or its login has ended
    #[error("token is not valid")]
    Invalid,
    /// the user may not act
    #[error("account is disabled")]
    Disabled,
    /// the store did not answer
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<TokenError> for AuthError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Expired => Self::Expired,
            TokenError::Invalid => Self::Invalid,
        }
    }
}

/// Decides who somebody is.
///
/// Who a token belongs to is remembered, so that a request costs no read of the store; what the
/// store notes in its log of revocations is forgotten again, before the call that revoked answers.
/// A revocation by another process is seen at the next [`Access::sync`].
pub struct Access {
    users: Arc<dyn UserStore>,
    sessions: Arc<dyn SessionStore>,
    api_keys: Arc<dyn ApiKeyStore>,
    verifier: Arc<dyn TokenVerifier>,
    bus: Arc<dyn LiveBus>,
    clock: Arc<dyn Clock>,
    known_users: Cache<UserId, Arc<User>>,
    live_sessions: Cache<SessionId, UserKey>,
    known_keys: Cache<TokenHash, Arc<ApiKey>>,
    /// grows with every revocation, so that what was read before one is not remembered after it
    generation: AtomicU64,
    position: Mutex<i64>,
}

/// How many users, logins and keys are remembered.
const REMEMBERED: usize = 100_000;

impl Access {
    /// Begins where the log of revocations stands now; nothing is remembered yet.
    pub async fn open(
        users: Arc<dyn UserStore>,
        sessions: Arc<dyn SessionStore>,
        api_keys: Arc<dyn ApiKeyStore>,
        verifier: Arc<dyn TokenVerifier>,
        bus: Arc<dyn LiveBus>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let (position, _) = sessions.revocations_since(None).await?;
        Ok(Self {
            users,
            sessions,
            api_keys,
            verifier,
            bus,
            clock,
            known_users: Cache::new(REMEMBERED),
            live_sessions: Cache::new(REMEMBERED),
            known_keys: Cache::new(1_000),
            generation: AtomicU64::new(0),
            position: Mutex::new(position),
        })
    }

    /// Whose bearer credential this is: an API key or an access token.
    pub async fn authenticate(&self, bearer: &str) -> Result<Principal, AuthError> {
        if bearer.starts_with(api_keys::PREFIX) {
            return self.service(bearer).await.map(Principal::Service);
        }
        let claims = self.verifier.verify(bearer, self.clock.now())?;
        let user = self.holder(&claims).await?;
        self.principal(&user, claims.session, claims.expires_at).await.map(Principal::User)
    }

    /// Whether somebody who was let in still is. A session asks once revocations reach it, for one
    /// may have come between.
    pub async fn confirm(&self, user: &UserPrincipal) -> Result<(), AuthError> {
        let known = self.known(&user.id).await?.filter(|known| known.key == user.key);
        let known = known.ok_or(AuthError::Invalid)?;
        self.principal(&known, user.session.clone(), user.expires_at).await.map(drop)
    }

    /// Who holds a ticket that was redeemed.
    pub(crate) async fn by_key(
        &self,
        key: UserKey,
        session: Option<SessionId>,
        expires_at: Timestamp,
    ) -> Result<UserPrincipal, AuthError> {
        let user = self.users.by_key(key).await?.ok_or(AuthError::Invalid)?;
        self.principal(&user, session, expires_at).await
    }

    /// Reads what was revoked since the last call, forgets what was remembered of it, and tells
    /// the devices.
    pub async fn sync(&self) -> Result<(), StoreError> {
        let mut position = self.position.lock().await;
        let (next, revoked) = self.sessions.revocations_since(Some(*position)).await?;
        for revocation in revoked {
            self.generation.fetch_add(1, Ordering::SeqCst);
            let (user, session) = match revocation.what {
                Revoked::User(user) => {
                    self.known_users.retain(|_, known| known.key != user);
                    (user, None)
                }
                Revoked::Session { user, session } => {
                    self.live_sessions.remove(&session);
                    (user, Some(session))
                }
                // no device is connected by a key
                Revoked::ApiKey(id) => {
                    self.known_keys.retain(|_, key| key.id != id);
                    continue;
                }
            };
            self.bus.publish(LiveEvent::Revoked { user, session });
        }
        *position = next;
        Ok(())
    }

    async fn principal(
        &self,
        user: &User,
        session: Option<SessionId>,
        expires_at: Timestamp,
    ) -> Result<UserPrincipal, AuthError> {
        if user.disabled_at.is_some() {
            return Err(AuthError::Disabled);
        }
        if let Some(session) = &session {
            self.check_session(session, user.key).await?;
        }
        Ok(UserPrincipal {
            key: user.key,
            id: user.id.clone(),
            role: user.role.clone(),
            company: user.company.clone(),
            session,
            expires_at,
        })
    }

    /// A valid token names its user; one that an application minted may be the first we hear of it.
    /// One that is older than the end of another user of that id was that user's.
    async fn holder(&self, claims: &Claims) -> Result<Arc<User>, AuthError> {
        let user = match self.known(&claims.subject).await? {
            Some(user) => user,
            None => self.admit(claims).await?,
        };
        if user.may_hold(claims.issued_at) { Ok(user) } else { Err(AuthError::Invalid) }
    }

    async fn known(&self, id: &UserId) -> Result<Option<Arc<User>>, AuthError> {
        if let Some(user) = self.known_users.get(id) {
            return Ok(Some(user));
        }
        let generation = self.generation.load(Ordering::SeqCst);
        let user = self.users.by_id(id.clone()).await?.map(Arc::new);
        if let Some(user) = &user {
            self.remember(generation, &self.known_users, id, user.clone());
        }
        Ok(user)
    }

    async fn admit(&self, claims: &Claims) -> Result<Arc<User>, AuthError> {
        let generation = self.generation.load(Ordering::SeqCst);
        let (id, now) = (&claims.subject, self.clock.now());
        let user = self.users.admit(id.clone(), claims.issued_at, now).await?;
        let user = Arc::new(user.ok_or(AuthError::Invalid)?);
        self.remember(generation, &self.known_users, id, user.clone());
        Ok(user)
    }

    async fn check_session(&self, session: &SessionId, user: UserKey) -> Result<(), AuthError> {
        if self.live_sessions.get(session) == Some(user) {
            return Ok(());
        }
        let generation = self.generation.load(Ordering::SeqCst);
        if !self.sessions.is_live(session.clone()).await? {
            return Err(AuthError::Invalid);
        }
        self.remember(generation, &self.live_sessions, session, user);
        Ok(())
    }

    async fn service(&self, bearer: &str) -> Result<ServicePrincipal, AuthError> {
        let hash = secret::hash(bearer);
        let key = match self.known_keys.get(&hash) {
            Some(key) => key,
            None => {
                let generation = self.generation.load(Ordering::SeqCst);
                let key = self.api_keys.by_hash(hash).await?.ok_or(AuthError::Invalid)?;
                let key = Arc::new(key);
                self.remember(generation, &self.known_keys, &hash, key.clone());
                key
            }
        };
        Ok(ServicePrincipal { id: key.id, name: key.name.clone(), scopes: key.scopes.clone() })
    }

    /// Remembers what was read, unless something was revoked since the reading began. Checked after
    /// inserting: a revocation before the check is seen here, one after it finds the entry.
    fn remember<K, V>(&self, generation: u64, cache: &Cache<K, V>, key: &K, value: V)
    where
        K: Eq + std::hash::Hash + Clone,
        V: Clone,
    {
        cache.insert(key.clone(), value);
        if self.generation.load(Ordering::SeqCst) != generation {
            cache.remove(key);
        }
    }
}

use serde::{Deserialize, Serialize};

use crate::{ApiKeyName, Company, Role, SessionId, Timestamp, UserId, UserKey};

/// Who asks: a person or a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// a person
    User(UserPrincipal),
    /// another program, by an API key
    Service(ServicePrincipal),
}

/// A person who showed a valid token; role and company come from the store, never from the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserPrincipal {
    /// the store's handle
    pub key: UserKey,
    /// how the outside names the user
    pub id: UserId,
    /// what the user is
    pub role: Role,
    /// where the user belongs
    pub company: Option<Company>,
    /// the login, unless the application minted the token
    pub session: Option<SessionId>,
    /// when the token ends
    pub expires_at: Timestamp,
}

/// A service that showed a valid API key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePrincipal {
    /// the key's number
    pub id: ApiKeyId,
    /// what the key is called
    pub name: ApiKeyName,
    /// what the key may do
    pub scopes: Vec<Scope>,
}

/// Identifies an API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct ApiKeyId(i64);

impl ApiKeyId {
    /// Wraps the number.
    pub const fn new(value: i64) -> Self {
        Self(value)
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }
}

crate::choice::choice! {
    /// What an API key may do.
    Scope {
        /// send to any user
        #[default]
        Send = "send",
    }
}

impl Principal {
    /// May send to users other than itself, and create those it names.
    pub fn may_send_to_others(&self) -> bool {
        match self {
            Self::User(user) => user.role.is_admin(),
            Self::Service(service) => service.scopes.contains(&Scope::Send),
        }
    }

    /// What recipients see as the sender.
    pub fn sender(&self) -> String {
        match self {
            Self::User(user) => user.id.to_string(),
            Self::Service(service) => service.name.to_string(),
        }
    }

    /// A name that no other principal has, for idempotency scopes and ownership.
    pub fn reference(&self) -> String {
        match self {
            Self::User(user) => format!("user:{}", user.key),
            Self::Service(service) => format!("key:{}", service.id.get()),
        }
    }
}

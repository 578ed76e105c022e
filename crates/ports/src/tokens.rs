use std::fmt;

use async_trait::async_trait;
use herald_domain::{SessionId, Timestamp, UserId};

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// `sub`: whose token it is
    pub subject: UserId,
    /// `sid`: the login it belongs to; a token that an application minted has none
    pub session: Option<SessionId>,
    /// `iat`
    pub issued_at: Timestamp,
    /// `exp`
    pub expires_at: Timestamp,
}

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// it was valid once
    #[error("token has expired")]
    Expired,
    /// malformed, signed by an unknown key, or without a required claim
    #[error("token is not valid")]
    Invalid,
}

/// Makes access tokens.
pub trait TokenIssuer: Send + Sync + 'static {
    /// The token for these claims, signed.
    fn issue(&self, claims: &Claims) -> String;
}

/// Reads access tokens, ours and those that an application's own backend minted.
pub trait TokenVerifier: Send + Sync + 'static {
    /// The claims, if the signature, issuer, audience and times hold at `now`.
    fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError>;
}

/// A hashed password. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Wraps what a [`PasswordHasher`] made.
    pub fn new(hash: impl Into<String>) -> Self {
        Self(hash.into())
    }

    /// The hash, to be stored or compared.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

/// Why a password was not hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// too many are waiting; ask again later
    #[error("too many logins at once")]
    Overloaded,
    /// the stored hash is not one, or a password to be hashed is longer than 72 bytes
    #[error("password hash is malformed, or its password too long")]
    Malformed,
}

/// Hashes passwords, slowly and never on the caller's thread.
#[async_trait]
pub trait PasswordHasher: Send + Sync + 'static {
    /// The hash of a password, which must be at most 72 bytes long (bcrypt reads no further).
    async fn hash(&self, password: String) -> Result<PasswordHash, HashError>;

    /// Whether the password is the one that was hashed. With `None`, answers `false` after the same
    /// time, so that an unknown user cannot be told from a wrong password.
    async fn verify(&self, password: String, hash: Option<PasswordHash>)
    -> Result<bool, HashError>;
}

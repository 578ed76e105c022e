use async_trait::async_trait;
use herald_domain::{ApiKeyId, SessionId, Timestamp, UserKey};

use crate::StoreError;

/// SHA-256 of a random secret: what is stored in its place. The secrets are 256 random bits, so
/// that no slow hash is needed.
pub type TokenHash = [u8; 32];

/// A login.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// its id
    pub id: SessionId,
    /// whose it is
    pub user: UserKey,
    /// its first refresh token
    pub refresh: TokenHash,
    /// when the first refresh token ends
    pub refresh_expires_at: Timestamp,
    /// when this happens
    pub now: Timestamp,
}

/// What became of a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotation {
    /// it was valid: it is used up now, and its successor valid
    Rotated {
        /// the login
        session: SessionId,
        /// whose it is
        user: UserKey,
    },
    /// it had been used before, so two parties hold it: the login is revoked now
    Reused {
        /// the login
        session: SessionId,
        /// whose it was
        user: UserKey,
    },
    /// it is unknown, expired, or of a revoked login
    Invalid,
}

/// Rights that ended or changed before their token did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// position in the log of revocations; grows
    pub position: i64,
    /// which rights
    pub what: Revoked,
}

/// Which rights ended or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revoked {
    /// of a user: all of them must be looked at again
    User(UserKey),
    /// of one login, which ended
    Session {
        /// whose it was
        user: UserKey,
        /// its id
        session: SessionId,
    },
    /// of an API key, which is gone
    ApiKey(ApiKeyId),
}

/// A single-use pass for a WebSocket handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// whose it is
    pub user: UserKey,
    /// the login it was drawn in
    pub session: Option<SessionId>,
    /// when the access token ends with which it was drawn: the socket lives no longer
    pub access_expires_at: Timestamp,
    /// when the ticket itself ends
    pub expires_at: Timestamp,
}

/// Logins, refresh tokens, tickets, and the log of revocations.
#[async_trait]
pub trait SessionStore: Send + Sync + 'static {
    /// Adds a login with its first refresh token.
    async fn open(&self, new: NewSession) -> Result<(), StoreError>;

    /// Uses `old` up and makes `new` valid until `new_expires_at`. Of any number of calls with the
    /// same token at once, one is answered `Rotated`, and the others `Reused`.
    async fn rotate(
        &self,
        old: TokenHash,
        new: TokenHash,
        new_expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Rotation, StoreError>;

    /// Ends a login and notes a [`Revocation`]; without effect on one that has ended.
    async fn revoke(&self, session: SessionId, now: Timestamp) -> Result<(), StoreError>;

    /// Whether the login exists and has not been revoked.
    async fn is_live(&self, session: SessionId) -> Result<bool, StoreError>;

    /// What was revoked after `position`, in order, and the position to ask from next. Asked from
    /// `None`, only the latter. Whoever asks on from there misses nothing, however many processes revoke
    /// at the same time.
    async fn revocations_since(
        &self,
        position: Option<i64>,
    ) -> Result<(i64, Vec<Revocation>), StoreError>;

    /// Adds a ticket, and drops those that have expired.
    async fn issue_ticket(
        &self,
        hash: TokenHash,
        ticket: Ticket,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Uses a ticket up. `None` if it is unknown, used, or expired.
    async fn redeem_ticket(
        &self,
        hash: TokenHash,
        now: Timestamp,
    ) -> Result<Option<Ticket>, StoreError>;
}

use async_trait::async_trait;
use herald_domain::{Company, Email, Role, Timestamp, User, UserId, UserKey, Username};

use crate::{PasswordHash, StoreError};

/// A user who registers.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// the login name
    pub username: Username,
    /// the password, hashed
    pub password: PasswordHash,
    /// where mail goes
    pub email: Option<Email>,
    /// what the user is
    pub role: Role,
    /// when this happens
    pub now: Timestamp,
}

/// A user with the hash that a password is checked against.
#[derive(Debug, Clone)]
pub struct Login {
    /// the user
    pub user: User,
    /// the stored hash
    pub password: PasswordHash,
}

/// What an administrator changes about a user; `None` leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserChange {
    /// what the user is
    pub role: Option<Role>,
    /// where the user belongs
    pub company: Option<Company>,
}

/// The users.
#[async_trait]
pub trait UserStore: Send + Sync + 'static {
    /// Adds a user with a login. The id is the decimal of the key.
    ///
    /// `None` if a user of that name exists; names that differ in case only are the same.
    async fn register(&self, new: NewUser) -> Result<Option<User>, StoreError>;

    /// The user of that id, created without a login if there is none and the id is not reserved.
    ///
    /// `None` for an unknown reserved id. Asked any number of times at once, creates one user.
    async fn ensure(&self, id: UserId, now: Timestamp) -> Result<Option<User>, StoreError>;

    /// The user with that key.
    async fn by_key(&self, key: UserKey) -> Result<Option<User>, StoreError>;

    /// The user of that id.
    async fn by_id(&self, id: UserId) -> Result<Option<User>, StoreError>;

    /// The user of that name, in any case, who has a password.
    async fn login(&self, username: Username) -> Result<Option<Login>, StoreError>;

    /// Changes a user and, if the role or the company really changed, notes a
    /// [`Revocation`](crate::Revocation) of the whole user in the same transaction.
    ///
    /// `None` if there is no such user.
    async fn change(
        &self,
        id: UserId,
        change: UserChange,
        now: Timestamp,
    ) -> Result<Option<User>, StoreError>;
}

use async_trait::async_trait;
use herald_domain::{
    Company, Email, Phone, Role, Timestamp, User, UserFilter, UserId, UserKey, Username,
};

use crate::{PasswordHash, Position, StoreError};

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

/// What an administrator changes about a user; `None` leaves a field as it is, and `Some(None)` takes
/// away what is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserChange {
    /// what the user is
    pub role: Option<Role>,
    /// where the user belongs
    pub company: Option<Option<Company>>,
    /// where mail goes
    pub email: Option<Option<Email>>,
    /// where short messages go
    pub phone: Option<Option<Phone>>,
    /// whether the user may not act
    pub disabled: Option<bool>,
}

impl UserChange {
    /// The user with the change. Who is disabled already stays so since then.
    pub fn apply(&self, user: &User, now: Timestamp) -> User {
        let before = user.clone();
        User {
            role: self.role.clone().unwrap_or(before.role),
            company: self.company.clone().unwrap_or(before.company),
            email: self.email.clone().unwrap_or(before.email),
            phone: self.phone.clone().unwrap_or(before.phone),
            disabled_at: match self.disabled {
                None => before.disabled_at,
                Some(false) => None,
                Some(true) => before.disabled_at.or(Some(now)),
            },
            ..before
        }
    }
}

/// What became of a user who was to be changed or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// it is done; the user as they are now, or as they were
    Done(User),
    /// there is no such user
    Unknown,
    /// nothing was done, for nobody would be left who administers
    LastAdmin,
}

/// A page of users, read at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserPage {
    /// in the order in which they became users
    pub users: Vec<User>,
    /// where the next page begins, if there is more
    pub next: Option<UserKey>,
    /// how many match in all; counted for [`Position::Offset`] only
    pub total: Option<u64>,
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

    /// The same for somebody who shows a token that was issued then; `None`, too, if there is no such
    /// user, but one of that id was [deleted](UserStore::delete) at that moment or later. That is
    /// remembered until it is [forgotten](herald_domain::Leftover::Deletions).
    async fn admit(
        &self,
        id: UserId,
        issued_at: Timestamp,
        now: Timestamp,
    ) -> Result<Option<User>, StoreError>;

    /// The user with that key.
    async fn by_key(&self, key: UserKey) -> Result<Option<User>, StoreError>;

    /// The user of that id.
    async fn by_id(&self, id: UserId) -> Result<Option<User>, StoreError>;

    /// Those of the users with these keys who exist, in no order.
    async fn by_keys(&self, keys: Vec<UserKey>) -> Result<Vec<User>, StoreError>;

    /// Those of the users of these ids who exist, in no order.
    async fn by_ids(&self, ids: Vec<UserId>) -> Result<Vec<User>, StoreError>;

    /// A page of at most `limit` users.
    async fn list(
        &self,
        filter: UserFilter,
        position: Position<UserKey>,
        limit: usize,
    ) -> Result<UserPage, StoreError>;

    /// The user of that name, in any case, who has a password.
    async fn login(&self, username: Username) -> Result<Option<Login>, StoreError>;

    /// Changes a user and, if the role, the company, or whether the user may act really changed, notes
    /// a [`Revocation`](crate::Revocation) of the whole user in the same transaction.
    ///
    /// The last administrator who may act is neither demoted nor disabled.
    async fn change(
        &self,
        id: UserId,
        change: UserChange,
        now: Timestamp,
    ) -> Result<Changed, StoreError>;

    /// Removes a user with their subscriptions, preferences and endpoints, and notes a
    /// [`Revocation`](crate::Revocation) of the whole user. From then on nobody is found by the id, the
    /// name or the key, and the id may be given to another user, who gets another key. What else there
    /// was of the user is an [estate](herald_domain::Leftover::Estates), and may be removed later.
    ///
    /// The last administrator who may act is not deleted.
    async fn delete(&self, id: UserId, now: Timestamp) -> Result<Changed, StoreError>;
}

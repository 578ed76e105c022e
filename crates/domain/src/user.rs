use crate::{Company, Email, Role, Timestamp, UserId, UserKey, Username};

/// A person who can receive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// the store's handle
    pub key: UserKey,
    /// how the outside names the user
    pub id: UserId,
    /// the login name; users whom only an application knows have none
    pub username: Option<Username>,
    /// where mail goes
    pub email: Option<Email>,
    /// what the user is; only `admin` has rights
    pub role: Role,
    /// where the user belongs
    pub company: Option<Company>,
    /// since when the user may not act
    pub disabled_at: Option<Timestamp>,
    /// when the user was created
    pub created_at: Timestamp,
}

use crate::{Company, Email, Phone, Prefix, Role, Timestamp, UserId, UserKey, Username};

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
    /// where short messages go
    pub phone: Option<Phone>,
    /// what the user is; only `admin` has rights
    pub role: Role,
    /// where the user belongs
    pub company: Option<Company>,
    /// since when the user may not act
    pub disabled_at: Option<Timestamp>,
    /// when the user was created
    pub created_at: Timestamp,
    /// when another user of that id was deleted: tokens that are not younger are not this user's
    pub tokens_after: Option<Timestamp>,
}

impl User {
    /// Whether the user has the rights of an administrator, and may use them.
    pub fn is_active_admin(&self) -> bool {
        self.role.is_admin() && self.disabled_at.is_none()
    }

    /// Whether one may do what the other may not: the two are of one user, before and after a change.
    pub fn has_other_rights_than(&self, other: &Self) -> bool {
        let rights = |user: &Self| (user.role.clone(), user.company.clone(), user.disabled_at);
        rights(self) != rights(other)
    }

    /// Whether a token that was issued then may be this user's.
    pub fn may_hold(&self, issued_at: Timestamp) -> bool {
        self.tokens_after.is_none_or(|deleted_at| issued_at > deleted_at)
    }
}

/// Which users are asked for; what is `None` does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// by company
    pub company: Option<Company>,
    /// by role
    pub role: Option<Role>,
    /// by whether they are disabled
    pub disabled: Option<bool>,
    /// by what the id, the login name or the e-mail address begins with
    pub search: Option<Prefix>,
}

impl UserFilter {
    /// Whether the filter lets the user through.
    pub fn matches(&self, user: &User) -> bool {
        let found = |prefix: &Prefix| {
            prefix.begins(user.id.as_str())
                || user.username.as_ref().is_some_and(|name| prefix.begins(name.as_str()))
                || user.email.as_ref().is_some_and(|email| prefix.begins(email.as_str()))
        };
        self.company.as_ref().is_none_or(|company| user.company.as_ref() == Some(company))
            && self.role.as_ref().is_none_or(|role| user.role == *role)
            && self.disabled.is_none_or(|disabled| user.disabled_at.is_some() == disabled)
            && self.search.as_ref().is_none_or(found)
    }
}

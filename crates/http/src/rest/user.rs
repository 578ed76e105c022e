use herald_domain::{Company, Email, Phone, Role, Timestamp, User, UserId, Username};
use serde::Serialize;
use utoipa::ToSchema;

/// A user.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserBody<'a> {
    /// how the user is named wherever one is asked for
    #[schema(value_type = UserId, example = "17")]
    id: &'a UserId,
    /// the login name; users whom only an application knows have none
    #[schema(value_type = Option<Username>, required, example = "alice")]
    username: Option<&'a Username>,
    #[schema(value_type = Option<Email>, required, example = "alice@example.com")]
    email: Option<&'a Email>,
    /// any name; only `admin` has rights
    #[schema(value_type = Role, example = "user")]
    role: &'a Role,
    #[schema(value_type = Option<Company>, required, example = "acme")]
    company: Option<&'a Company>,
    created_at: Timestamp,
}

impl<'a> From<&'a User> for UserBody<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            id: &user.id,
            username: user.username.as_ref(),
            email: user.email.as_ref(),
            role: &user.role,
            company: user.company.as_ref(),
            created_at: user.created_at,
        }
    }
}

/// A user, as an administrator sees one.
#[derive(Serialize, ToSchema)]
#[schema(as = ManagedUser)]
pub(super) struct ManagedUserBody<'a> {
    #[serde(flatten)]
    user: UserBody<'a>,
    #[schema(value_type = Option<Phone>, required, example = "+4915123456789")]
    phone: Option<&'a Phone>,
    /// since when the user may not act; null if the user may
    #[schema(required)]
    disabled_at: Option<Timestamp>,
}

impl<'a> From<&'a User> for ManagedUserBody<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            user: UserBody::from(user),
            phone: user.phone.as_ref(),
            disabled_at: user.disabled_at,
        }
    }
}

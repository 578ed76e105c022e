use diesel::prelude::*;
use herald_domain::{Timestamp, User, UserKey};

use crate::failure::{Failure, column};
use crate::schema::users;

/// A user without the password.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = users)]
pub(crate) struct UserRow {
    key: i64,
    id: String,
    username: Option<String>,
    email: Option<String>,
    company: Option<String>,
    role: String,
    disabled_at: Option<i64>,
    created_at: i64,
    phone: Option<String>,
    tokens_after: Option<i64>,
}

impl TryFrom<UserRow> for User {
    type Error = Failure;

    fn try_from(row: UserRow) -> Result<Self, Failure> {
        Ok(Self {
            key: UserKey::new(row.key),
            id: column("users", "id", row.id.parse())?,
            username: column("users", "username", row.username.map(TryInto::try_into).transpose())?,
            email: column("users", "email", row.email.map(TryInto::try_into).transpose())?,
            phone: column("users", "phone", row.phone.map(TryInto::try_into).transpose())?,
            role: column("users", "role", row.role.parse())?,
            company: column("users", "company", row.company.map(TryInto::try_into).transpose())?,
            disabled_at: row.disabled_at.map(Timestamp::from_micros),
            created_at: Timestamp::from_micros(row.created_at),
            tokens_after: row.tokens_after.map(Timestamp::from_micros),
        })
    }
}

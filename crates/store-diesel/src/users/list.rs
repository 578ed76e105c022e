use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use herald_domain::{Company, Prefix, Role, User, UserFilter, UserKey};
use herald_ports::{Part, Position, UserPage};

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::rows::UserRow;
use crate::schema::users;
use crate::statements::RangeDsl;

/// The users behind a key that match. One statement for each set of filters, so that each is found by
/// its index.
macro_rules! matching {
    ($filter:expr, $after:expr) => {{
        let mut found = users::table.filter(users::key.gt($after)).into_boxed();
        if let Some(company) = &$filter.company {
            found = found.filter(users::company.eq(Company::as_str(company)));
        }
        if let Some(role) = &$filter.role {
            found = found.filter(users::role.eq(Role::as_str(role)));
        }
        match $filter.disabled {
            Some(true) => found = found.filter(users::disabled_at.is_not_null()),
            Some(false) => found = found.filter(users::disabled_at.is_null()),
            None => {}
        }
        if let Some(prefix) = &$filter.search {
            found = found.filter(begins!(prefix));
        }
        found
    }};
}

/// Whether the id, the login name or the e-mail address begins so, in the words of the indexes.
macro_rules! begins {
    ($prefix:expr) => {{
        let (from, to) = range($prefix);
        sql::<Bool>("\"users\".\"key\" IN (SELECT key FROM users WHERE lower(id) >= ")
            .bind::<Text, _>(from.clone())
            .sql(" AND lower(id) < ")
            .bind::<Text, _>(to.clone())
            .sql(" UNION ALL SELECT key FROM users WHERE login >= ")
            .bind::<Text, _>(from.clone())
            .sql(" AND login < ")
            .bind::<Text, _>(to.clone())
            .sql(" UNION ALL SELECT key FROM users WHERE email IS NOT NULL AND lower(email) >= ")
            .bind::<Text, _>(from)
            .sql(" AND lower(email) < ")
            .bind::<Text, _>(to)
            .sql(")")
    }};
}

pub(super) fn page(
    conn: &mut Conn,
    filter: &UserFilter,
    position: Position<UserKey>,
    limit: usize,
) -> Result<UserPage, Failure> {
    let (after, offset) = match position {
        Position::Cursor(after) => (after.unwrap_or_default().get(), 0),
        Position::Offset(offset) => (0, i64::try_from(offset).unwrap_or(i64::MAX)),
    };
    // one more than asked for, to see whether there is more
    let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let rows: Vec<UserRow> = on_conn!(conn, c => matching!(filter, after)
        .order(users::key)
        .select(UserRow::as_select())
        .range(offset, most)
        .load(c))?;
    let total: Option<i64> = match position {
        Position::Cursor(_) => None,
        Position::Offset(_) => Some(on_conn!(conn, c => matching!(filter, after)
            .count()
            .get_result(c))?),
    };
    let found = rows.into_iter().map(User::try_from).collect::<Result<_, _>>()?;
    let Part { items: users, next } = Part::of(found, limit, |last: &User| last.key);
    Ok(UserPage { users, next, total: total.map(i64::cast_unsigned) })
}

/// Everything that begins with a prefix is at the first of these or behind it, and before the second.
fn range(prefix: &Prefix) -> (String, String) {
    let from = prefix.folded();
    let to = format!("{from}{}", char::MAX);
    (from, to)
}

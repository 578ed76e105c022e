use diesel::prelude::*;
use herald_domain::{User, UserId, UserKey, Username};
use herald_ports::{Login, PasswordHash};

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::rows::UserRow;
use crate::schema::users;
use crate::statements::{InListDsl, List};

pub(super) fn by_id(conn: &mut Conn, id: &UserId) -> Result<Option<User>, Failure> {
    let row: Option<UserRow> = on_conn!(conn, c => users::table
        .filter(users::id.eq(id.as_str()))
        .select(UserRow::as_select())
        .get_result(c)
        .optional())?;
    row.map(User::try_from).transpose()
}

pub(super) fn by_key(conn: &mut Conn, key: UserKey) -> Result<Option<User>, Failure> {
    let row: Option<UserRow> = on_conn!(conn, c => users::table
        .filter(users::key.eq(key.get()))
        .select(UserRow::as_select())
        .get_result(c)
        .optional())?;
    row.map(User::try_from).transpose()
}

pub(super) fn by_ids(conn: &mut Conn, ids: &[UserId]) -> Result<Vec<User>, Failure> {
    let ids = List::of_ids(ids);
    let rows: Vec<UserRow> = on_conn!(conn, c => users::table
        .filter(users::id.in_list(&ids))
        .select(UserRow::as_select())
        .load(c))?;
    rows.into_iter().map(User::try_from).collect()
}

pub(super) fn by_keys(conn: &mut Conn, keys: &[UserKey]) -> Result<Vec<User>, Failure> {
    let keys = List::of_numbers(keys.iter().map(|key| key.get()));
    let rows: Vec<UserRow> = on_conn!(conn, c => users::table
        .filter(users::key.in_list(&keys))
        .select(UserRow::as_select())
        .load(c))?;
    rows.into_iter().map(User::try_from).collect()
}

pub(super) fn login(conn: &mut Conn, username: &Username) -> Result<Option<Login>, Failure> {
    let row: Option<(UserRow, String)> = on_conn!(conn, c => users::table
        .filter(users::login.eq(username.folded()))
        .filter(users::password.is_not_null())
        .select((UserRow::as_select(), users::password.assume_not_null()))
        .get_result(c)
        .optional())?;
    let Some((row, password)) = row else {
        return Ok(None);
    };
    Ok(Some(Login { user: row.try_into()?, password: PasswordHash::new(password) }))
}

use diesel::prelude::*;
use herald_domain::{Role, Timestamp, User, UserId, UserKey};
use herald_ports::NewUser;

use super::find::{by_id, by_key};
use crate::conn::{Conn, on_conn};
use crate::endpoints::keep_reach;
use crate::failure::Failure;
use crate::schema::{deletions, users};
use crate::statements::{CreateHeads, CreateUsers, List};

pub(super) fn register(conn: &mut Conn, new: &NewUser) -> Result<Option<User>, Failure> {
    let login = new.username.folded();
    // the id is made of the key, which is known afterwards; no id begins with this character
    let provisional = format!("~{login}");
    let row = (
        users::id.eq(provisional),
        users::username.eq(new.username.as_str()),
        users::login.eq(&login),
        users::password.eq(new.password.expose()),
        users::email.eq(new.email.as_ref().map(|email| email.as_str())),
        users::role.eq(new.role.as_str()),
        users::created_at.eq(new.now.as_micros()),
    );
    let key: Option<i64> = on_conn!(conn, c => diesel::insert_into(users::table)
        .values(row)
        .on_conflict_do_nothing()
        .returning(users::key)
        .get_result(c)
        .optional())?;
    let Some(key) = key else {
        return Ok(None);
    };
    let id = UserId::of_registered(UserKey::new(key));
    on_conn!(conn, c => diesel::update(users::table.find(key))
        .set(users::id.eq(id.as_str()))
        .execute(c))?;
    on_conn!(conn, c => CreateHeads { ids: &List::of_ids([&id]) }.execute(c))?;
    if new.email.is_some() {
        keep_reach(conn, [key])?;
    }
    by_key(conn, UserKey::new(key))
}

pub(super) fn ensure(conn: &mut Conn, id: &UserId, now: Timestamp) -> Result<User, Failure> {
    if let Some(user) = by_id(conn, id)? {
        return Ok(user);
    }
    create(conn, std::slice::from_ref(id), now)?;
    by_id(conn, id)?.ok_or_else(|| Failure::Again("the user was deleted meanwhile".to_owned()))
}

pub(super) fn admit(
    conn: &mut Conn,
    id: &UserId,
    issued_at: Timestamp,
    now: Timestamp,
) -> Result<Option<User>, Failure> {
    if let Some(user) = by_id(conn, id)? {
        return Ok(Some(user));
    }
    if deleted_at(conn, id)?.is_some_and(|deleted_at| issued_at.as_micros() <= deleted_at) {
        return Ok(None);
    }
    ensure(conn, id, now).map(Some)
}

/// Adds users whom only an application knows.
pub(crate) fn create(conn: &mut Conn, ids: &[UserId], now: Timestamp) -> Result<(), Failure> {
    let (ids, role) = (&List::of_ids(ids), Role::user());
    let users = CreateUsers { ids, role: role.as_str(), created_at: now.as_micros() };
    on_conn!(conn, c => users.execute(c))?;
    on_conn!(conn, c => CreateHeads { ids }.execute(c))?;
    Ok(())
}

/// When the latest user of that id was deleted, if that is remembered.
fn deleted_at(conn: &mut Conn, id: &UserId) -> Result<Option<i64>, Failure> {
    Ok(on_conn!(conn, c => deletions::table
        .filter(deletions::id.eq(id.as_str()))
        .select(deletions::deleted_at)
        .get_result(c)
        .optional())?)
}

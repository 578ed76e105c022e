use std::collections::HashMap;

use diesel::prelude::*;
use herald_domain::{UserId, UserKey};
use herald_ports::{Append, Refusal};

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::schema::users;
use crate::users::create;

/// The recipients' keys in ascending order, or why they cannot all be told. Creates those who do
/// not exist, if the sender may, but only if nobody is refused.
pub(super) fn resolve(
    conn: &mut Conn,
    append: &Append,
    ids: &[UserId],
) -> Result<Result<Vec<UserKey>, Refusal>, Failure> {
    let mut keys = Vec::with_capacity(ids.len());
    let mut unknown = Vec::new();
    let known = known(conn, ids)?;
    for id in ids {
        match known.get(id.as_str()) {
            Some(key) => keys.push(UserKey::new(*key)),
            None => unknown.push(id),
        }
    }
    let mut violations = Vec::new();
    for id in &unknown {
        if let Some(refusal) = refuse(conn, append, id)? {
            violations.extend(refusal.violations);
        }
    }
    if !violations.is_empty() {
        return Ok(Err(Refusal { violations }));
    }
    for id in unknown {
        keys.push(create(conn, id, append.now)?);
    }
    // heads are locked in this order, so that overlapping audiences cannot wait for each other
    keys.sort_unstable();
    Ok(Ok(keys))
}

fn known(conn: &mut Conn, ids: &[UserId]) -> Result<HashMap<String, i64>, Failure> {
    let columns = (users::id, users::key);
    let rows: Vec<(String, i64)> = match ids {
        // nearly every send, and so by a statement that is prepared once
        [id] => on_conn!(conn, c => users::table
            .filter(users::id.eq(id.as_str()))
            .select(columns)
            .load(c))?,
        _ => on_conn!(conn, c => users::table
            .filter(users::id.eq_any(ids.iter().map(UserId::as_str)))
            .select(columns)
            .load(c))?,
    };
    Ok(rows.into_iter().collect())
}

/// Why an unknown user is not created.
fn refuse(conn: &mut Conn, append: &Append, id: &UserId) -> Result<Option<Refusal>, Failure> {
    if id.is_reserved() {
        return Ok(Some(Refusal::unknown_recipient(id.as_str())));
    }
    let namesake: Option<String> = on_conn!(conn, c => users::table
        .filter(users::login.eq(id.as_str().to_ascii_lowercase()))
        .select(users::id)
        .get_result(c)
        .optional())?;
    Ok(match namesake {
        Some(other) => Some(Refusal::username_not_id(id.as_str(), &other)),
        None if append.create_recipients => None,
        None => Some(Refusal::unknown_recipient(id.as_str())),
    })
}

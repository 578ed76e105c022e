use std::collections::HashMap;

use diesel::prelude::*;
use herald_domain::{Mute, Preferences, Timestamp, UserKey};

use super::{Body, NEVER};
use crate::conn::{Conn, on_conn};
use crate::failure::{Failure, column};
use crate::schema::{mutes, preferences};
use crate::statements::{InListDsl, List};

pub(super) fn of_one(
    conn: &mut Conn,
    user: UserKey,
    now: Timestamp,
) -> Result<Preferences, Failure> {
    let mut found = of_many(conn, &List::of_numbers([user.get()]), now)?;
    Ok(found.remove(&user.get()).unwrap_or_default())
}

/// The preferences of those of these users who have any.
pub(super) fn of_many(
    conn: &mut Conn,
    users: &List<i64>,
    now: Timestamp,
) -> Result<HashMap<i64, Preferences>, Failure> {
    let bodies: Vec<(i64, String)> = on_conn!(conn, c => preferences::table
        .filter(preferences::usr.in_list(users))
        .select((preferences::usr, preferences::body))
        .load(c))?;
    let mut found = HashMap::with_capacity(bodies.len());
    for (user, body) in bodies {
        let body: Body = column("preferences", "body", serde_json::from_str(&body))?;
        found.insert(user, body.with(Vec::new()));
    }
    let rows: Vec<(i64, String, i64)> = on_conn!(conn, c => mutes::table
        .filter(mutes::usr.in_list(users))
        .filter(mutes::until.gt(now.as_micros()))
        .order((mutes::usr, mutes::category))
        .select((mutes::usr, mutes::category, mutes::until))
        .load(c))?;
    for (user, category, until) in rows {
        found.entry(user).or_default().mutes.push(Mute {
            category: column("mutes", "category", category.parse())?,
            until: (until != NEVER).then(|| Timestamp::from_micros(until)),
        });
    }
    Ok(found)
}

//! Who is named, before anybody's inbox is held: on PostgreSQL, where whoever creates a user waits for
//! who does the same.

use std::collections::{BTreeSet, HashMap, HashSet};

use diesel::prelude::*;
use herald_domain::{Audience, Draft, Role, UserId};
use herald_ports::{Append, Entry};

use crate::failure::Failure;
use crate::postgres::PgConnection;
use crate::schema::users;
use crate::statements::{CreateHeads, CreateUsers, FindNamesakes, InListDsl, List};

/// The drafts of an append.
pub(super) fn drafts(append: &Append) -> impl Iterator<Item = &Draft> {
    append.entries.iter().filter_map(|entry| match entry {
        Entry::Send(draft) => Some(draft),
        Entry::Refused(_) => None,
    })
}

/// Whom a draft names.
pub(super) fn named(draft: &Draft) -> &[UserId] {
    match &draft.to {
        Audience::Users(ids) => ids,
        Audience::Members { .. } | Audience::Subscribers(_) => &[],
    }
}

/// The keys of all who are named. Who does not exist is created, unless what is for them is going to be
/// refused.
pub(super) fn keys<'a>(
    conn: &mut PgConnection,
    appends: impl Iterator<Item = &'a Append> + Clone,
) -> Result<HashMap<String, i64>, Failure> {
    let ids: BTreeSet<&UserId> = appends.clone().flat_map(drafts).flat_map(named).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut keys = find(conn, ids.iter().copied())?;
    if keys.len() < ids.len() {
        let new = creatable(conn, &keys, appends.clone())?;
        if !new.is_empty() {
            let now = appends.map(|append| append.now.as_micros()).max().unwrap_or_default();
            create(conn, &new, now)?;
            keys.extend(find(conn, new)?);
        }
    }
    Ok(keys)
}

fn find<'a>(
    conn: &mut PgConnection,
    ids: impl IntoIterator<Item = &'a UserId>,
) -> Result<HashMap<String, i64>, Failure> {
    let ids = List::of_ids(ids);
    let rows: Vec<(String, i64)> =
        users::table.filter(users::id.in_list(&ids)).select((users::id, users::key)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Those who do not exist, of drafts that nobody refuses for it.
fn creatable<'a>(
    conn: &mut PgConnection,
    known: &HashMap<String, i64>,
    appends: impl Iterator<Item = &'a Append>,
) -> Result<BTreeSet<&'a UserId>, Failure> {
    let unknown = |draft: &'a Draft| -> Vec<&'a UserId> {
        named(draft).iter().filter(|id| !known.contains_key(id.as_str())).collect()
    };
    let drafts: Vec<_> = appends
        .filter(|append| append.create_recipients)
        .flat_map(drafts)
        .map(unknown)
        .filter(|unknown| !unknown.iter().any(|id| id.is_reserved()))
        .collect();
    let ids: BTreeSet<_> = drafts.iter().flatten().copied().collect();
    if ids.is_empty() {
        return Ok(ids);
    }
    let ids = List::of_ids(ids);
    let namesakes: Vec<(String, String)> = FindNamesakes { ids: &ids }.load(conn)?;
    let namesakes: HashSet<String> = namesakes.into_iter().map(|(id, _)| id).collect();
    let is_free =
        |unknown: &Vec<&UserId>| !unknown.iter().any(|id| namesakes.contains(id.as_str()));
    Ok(drafts.into_iter().filter(is_free).flatten().collect())
}

/// Adds users whom only an application knows, with their heads.
fn create(
    conn: &mut PgConnection,
    ids: &BTreeSet<&UserId>,
    created_at: i64,
) -> Result<(), Failure> {
    let ids = &List::of_ids(ids.iter().copied());
    CreateUsers { ids, role: Role::user().as_str(), created_at }.execute(conn)?;
    CreateHeads { ids }.execute(conn)?;
    Ok(())
}

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

/// Somebody who is named.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    pub(super) key: i64,
    /// by which channels they have an address
    pub(super) reach: i64,
    /// which of them they asked for
    pub(super) eager: i64,
}

/// All who are named, by their ids. Who does not exist is created, unless what is for them is going to be
/// refused.
pub(super) fn people<'a>(
    conn: &mut PgConnection,
    appends: impl Iterator<Item = &'a Append> + Clone,
) -> Result<HashMap<String, Person>, Failure> {
    let ids: BTreeSet<&UserId> = appends.clone().flat_map(drafts).flat_map(named).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut people = find(conn, ids.iter().copied())?;
    if people.len() < ids.len() {
        let new = creatable(conn, &people, appends.clone())?;
        if !new.is_empty() {
            let now = appends.map(|append| append.now.as_micros()).max().unwrap_or_default();
            create(conn, &new, now)?;
            people.extend(find(conn, new)?);
        }
    }
    Ok(people)
}

fn find<'a>(
    conn: &mut PgConnection,
    ids: impl IntoIterator<Item = &'a UserId>,
) -> Result<HashMap<String, Person>, Failure> {
    let ids = List::of_ids(ids);
    let rows: Vec<(String, i64, i64, i64)> = users::table
        .filter(users::id.in_list(&ids))
        .select((users::id, users::key, users::reach, users::eager))
        .load(conn)?;
    let person = |(id, key, reach, eager)| (id, Person { key, reach, eager });
    Ok(rows.into_iter().map(person).collect())
}

/// Those who do not exist, of drafts that nobody refuses for it.
fn creatable<'a>(
    conn: &mut PgConnection,
    known: &HashMap<String, Person>,
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

//! What has to be known to decide.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use herald_domain::{Notification, Route, Timestamp};
use herald_ports::DecidedLine;

use super::find::read_lines;
use super::statements::{FIND_DECISIONS, FIND_READ};
use super::take::{Taken, What};
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::locks;
use crate::preferences::{Known, known};
use crate::rows::RoutedRow;
use crate::schema::notifications;
use crate::statements::{InListDsl, List, Rows, WithRows};

/// A notification and a user.
pub(super) type Pair = (i64, i64);

/// All that is known of what was taken.
pub(super) struct Batch {
    /// by their numbers
    pub(super) told: HashMap<i64, Told>,
    /// those who exist, by their keys
    pub(super) known: BTreeMap<i64, Known>,
    /// what is in an inbox, and whether it was read there; only of what waits for that
    read: HashMap<Pair, bool>,
    /// what was decided before, of what is decided once more
    pub(super) lines: BTreeMap<Pair, Vec<DecidedLine>>,
}

/// What is told, how, and when.
pub(super) struct Told {
    pub(super) what: Notification,
    pub(super) route: Route,
    pub(super) at: Timestamp,
}

impl Batch {
    pub(super) fn of(conn: &mut Conn, taken: &[Taken], now: Timestamp) -> Result<Self, Failure> {
        let users: BTreeSet<i64> = taken.iter().map(|one| one.user).collect();
        let users: Vec<i64> = users.into_iter().collect();
        // who is deleted in this moment is deleted after what is written here
        locks::existence(conn, &users)?;
        let known = known(conn, users, now)?;
        let told = told(conn, taken)?;
        let waits = |one: &&Taken| {
            told.get(&one.notification).is_some_and(|told| told.route.escalate_after.is_some())
        };
        let read = read(conn, &pairs(taken.iter().filter(waits)))?;
        let again = taken.iter().filter(|one| !matches!(one.what, What::All));
        let lines = lines(conn, &pairs(again))?;
        Ok(Self { told, known, read, lines })
    }

    /// Whether the user has read it, or has removed it, which is the same.
    pub(super) fn is_read(&self, told: &Told, known: &Known) -> bool {
        let user = &known.profile;
        match self.read.get(&(told.what.id.get(), user.user.key.get())) {
            Some(is_read) => *is_read,
            // unless it never was in the inbox
            None => told.route.has_inbox() && !user.preferences.hides(&told.what.content),
        }
    }
}

fn pairs<'a>(taken: impl Iterator<Item = &'a Taken>) -> Vec<Pair> {
    // the same pair may be there for several channels
    let pairs: BTreeSet<Pair> = taken.map(|one| (one.notification, one.user)).collect();
    pairs.into_iter().collect()
}

fn told(conn: &mut Conn, taken: &[Taken]) -> Result<HashMap<i64, Told>, Failure> {
    let ids: BTreeSet<i64> = taken.iter().map(|one| one.notification).collect();
    let ids = List::of_numbers(ids);
    let rows: Vec<(RoutedRow, Option<i64>)> = on_conn!(conn, c => notifications::table
        .filter(notifications::id.in_list(&ids))
        .select((RoutedRow::as_select(), notifications::send_at))
        .load(c))?;
    let mut told = HashMap::with_capacity(rows.len());
    for (row, send_at) in rows {
        let route = row.route();
        let what = Notification::try_from(row.content)?;
        let at = send_at.map_or(what.created_at, Timestamp::from_micros).max(what.created_at);
        told.insert(what.id.get(), Told { what, route, at });
    }
    Ok(told)
}

fn read(conn: &mut Conn, pairs: &[Pair]) -> Result<HashMap<Pair, bool>, Failure> {
    if pairs.is_empty() {
        return Ok(HashMap::new());
    }
    let pairs = Rows::of(pairs)?;
    let find = WithRows::<(BigInt, BigInt, Bool)>::new(FIND_READ, &pairs);
    let rows: Vec<(i64, i64, bool)> = on_conn!(conn, c => find.load(c))?;
    Ok(rows.into_iter().map(|(id, user, is_read)| ((id, user), is_read)).collect())
}

/// What was decided before; nobody else decides of it until the end of the transaction.
fn lines(conn: &mut Conn, pairs: &[Pair]) -> Result<BTreeMap<Pair, Vec<DecidedLine>>, Failure> {
    if pairs.is_empty() {
        return Ok(BTreeMap::new());
    }
    let pairs = Rows::of(pairs)?;
    let find = WithRows::<(BigInt, BigInt, Text)>::new(FIND_DECISIONS, &pairs);
    let rows: Vec<(i64, i64, String)> = on_conn!(conn, c => find.load(c))?;
    rows.into_iter().map(|(id, user, lines)| Ok(((id, user), read_lines(&lines)?))).collect()
}

//! What users have left who were deleted.

use diesel::prelude::*;

use super::Budget;
use super::forget::{forget_sessions, remove_each};
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::inbox::Released;
use crate::locks;
use crate::schema::{
    decisions, deliveries, estates, held, inbox_items as items, inbox_tombstones as tombstones,
    sessions,
};
use crate::statements::{InListDsl, List, RangeDsl};

/// Removes some of what is left, the oldest estate first; answers whether there may be more.
pub(super) fn forget(conn: &mut Conn, until: i64, mut budget: Budget) -> Result<bool, Failure> {
    let users: Vec<i64> = on_conn!(conn, c => estates::table
        .filter(estates::left_at.le(until))
        .order(estates::left_at)
        .select(estates::usr)
        .range(0, budget.limit())
        .load(c))?;
    for user in users {
        if !locks::estate(conn, user)? {
            continue;
        }
        // an item that expires meanwhile leaves a tombstone, so those go after the last item
        if forget_items(conn, user, &mut budget)?
            || forget_tombstones(conn, user, &mut budget)?
            || forget_logins(conn, user, &mut budget)?
            || forget_told(conn, user, &mut budget)?
            || remove_each!(conn, estates::table, [user], budget)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Nobody is there to be told, so nothing is noted of the removal.
fn forget_items(conn: &mut Conn, user: i64, budget: &mut Budget) -> Result<bool, Failure> {
    let rows: Vec<(i64, i64)> = on_conn!(conn, c => items::table
        .filter(items::usr.eq(user))
        .order(items::seq)
        .select((items::seq, items::notification))
        .range(0, budget.limit())
        .load(c))?;
    if rows.is_empty() {
        return Ok(false);
    }
    let seqs = List::of_numbers(rows.iter().map(|(seq, _)| *seq));
    on_conn!(conn, c => diesel::delete(items::table)
        .filter(items::usr.eq(user))
        .filter(items::seq.in_list(&seqs))
        .execute(c))?;
    let mut released = Released::default();
    rows.iter().for_each(|(_, notification)| released.add(*notification));
    released.write(conn)?;
    budget.spend(rows.len());
    Ok(budget.is_spent())
}

fn forget_tombstones(conn: &mut Conn, user: i64, budget: &mut Budget) -> Result<bool, Failure> {
    let keys: Vec<(i64, i64, i64)> = on_conn!(conn, c => tombstones::table
        .filter(tombstones::usr.eq(user))
        .select((tombstones::usr, tombstones::rev, tombstones::notification))
        .range(0, budget.limit())
        .load(c))?;
    Ok(remove_each!(conn, tombstones::table, keys, budget))
}

fn forget_logins(conn: &mut Conn, user: i64, budget: &mut Budget) -> Result<bool, Failure> {
    let logins: Vec<String> = on_conn!(conn, c => sessions::table
        .filter(sessions::usr.eq(user))
        .select(sessions::id)
        .range(0, budget.limit())
        .load(c))?;
    forget_sessions(conn, logins, budget)
}

/// Removes what was decided and is to go out; a plan comes to nothing by itself.
fn forget_told(conn: &mut Conn, user: i64, budget: &mut Budget) -> Result<bool, Failure> {
    let waiting: Vec<(i64, i64, String)> = on_conn!(conn, c => held::table
        .filter(held::usr.eq(user))
        .select((held::notification, held::usr, held::channel))
        .range(0, budget.limit())
        .load(c))?;
    if remove_each!(conn, held::table, waiting, budget) {
        return Ok(true);
    }
    let decided: Vec<(i64, i64)> = on_conn!(conn, c => decisions::table
        .filter(decisions::usr.eq(user))
        .select((decisions::notification, decisions::usr))
        .range(0, budget.limit())
        .load(c))?;
    if remove_each!(conn, decisions::table, decided, budget) {
        return Ok(true);
    }
    let ids: Vec<i64> = on_conn!(conn, c => deliveries::table
        .filter(deliveries::usr.eq(user))
        .select(deliveries::id)
        .range(0, budget.limit())
        .load(c))?;
    Ok(remove_each!(conn, deliveries::table, ids, budget))
}

use std::collections::BTreeMap;

use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use herald_domain::{Leftover, Timestamp};

use super::{Budget, estates};
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::schema::{
    decisions, deletions, deliveries, digest_items as items, held, idempotency_keys as keys,
    inbox_heads as heads, inbox_tombstones as tombstones, mutes, notifications, outbox, plans,
    refresh_tokens as tokens, revocations, sandbox_messages as sandbox, sessions, subscriptions,
    tickets, topics,
};
use crate::statements::RangeDsl;

/// Removes the oldest leftovers of a kind; answers whether there may be more.
pub(super) fn forget(
    conn: &mut Conn,
    leftover: Leftover,
    until: Timestamp,
    budget: Budget,
) -> Result<bool, Failure> {
    let until = until.as_micros();
    match leftover {
        Leftover::Tombstones => forget_tombstones(conn, until, budget),
        Leftover::Deliveries => forget_deliveries(conn, until, budget),
        Leftover::Notifications => forget_notifications(conn, until, budget),
        Leftover::IdempotencyKeys => forget_keys(conn, until, budget),
        Leftover::Tickets => forget_tickets(conn, until, budget),
        Leftover::Revocations => forget_revocations(conn, until, budget),
        Leftover::Logins => forget_logins(conn, until, budget),
        Leftover::Mutes => forget_mutes(conn, until, budget),
        Leftover::Topics => forget_topics(conn, until, budget),
        Leftover::Estates => estates::forget(conn, until, budget),
        Leftover::Deletions => forget_deletions(conn, until, budget),
        Leftover::Sandbox => forget_sandbox(conn, until, budget),
    }
}

/// Removes the rows of these keys, one by one, until the budget is spent; whether that was so.
///
/// One by one, because rows may be long, and time is looked at between them.
macro_rules! remove_each {
    ($conn:expr, $table:expr, $keys:expr, $budget:expr) => {{
        let mut spent = false;
        for key in $keys {
            on_conn!($conn, c => diesel::delete($table.find(key)).execute(c))?;
            $budget.spend(1);
            spent = $budget.is_spent();
            if spent {
                break;
            }
        }
        spent
    }};
}
pub(super) use remove_each;

fn forget_tombstones(conn: &mut Conn, until: i64, mut budget: Budget) -> Result<bool, Failure> {
    let rows: Vec<(i64, i64)> = on_conn!(conn, c => tombstones::table
        .filter(tombstones::removed_at.le(until))
        .order(tombstones::removed_at)
        .select((tombstones::usr, tombstones::rev))
        .range(0, budget.limit())
        .load(c))?;
    let mut floors: BTreeMap<i64, (i64, usize)> = BTreeMap::new();
    for (user, rev) in rows {
        let (floor, count) = floors.entry(user).or_default();
        (*floor, *count) = (rev.max(*floor), *count + 1);
    }
    for (user, (floor, count)) in floors {
        // whole revisions, and all before: below the floor nobody asks for them
        on_conn!(conn, c => diesel::delete(tombstones::table)
            .filter(tombstones::usr.eq(user))
            .filter(tombstones::rev.le(floor))
            .execute(c))?;
        on_conn!(conn, c => diesel::update(heads::table)
            .filter(heads::usr.eq(user))
            .filter(heads::floor.lt(floor))
            .set(heads::floor.eq(floor))
            .execute(c))?;
        budget.spend(count);
        if budget.is_spent() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Removes deliveries with their attempts, of which there are few.
fn forget_deliveries(conn: &mut Conn, until: i64, mut budget: Budget) -> Result<bool, Failure> {
    let ids: Vec<i64> = on_conn!(conn, c => deliveries::table
        .filter(deliveries::due_at.is_null())
        .filter(deliveries::updated_at.le(until))
        .order(deliveries::updated_at)
        .select(deliveries::id)
        .range(0, budget.limit())
        .load(c))?;
    Ok(remove_each!(conn, deliveries::table, ids, budget))
}

fn forget_notifications(conn: &mut Conn, until: i64, mut budget: Budget) -> Result<bool, Failure> {
    let waiting = outbox::table.filter(outbox::notification.eq(notifications::id));
    let planned = plans::table.filter(plans::notification.eq(notifications::id));
    let held = held::table.filter(held::notification.eq(notifications::id));
    let unfinished = deliveries::table
        .filter(deliveries::notification.eq(notifications::id.nullable()))
        // in the words of the index
        .filter(sql::<Bool>("(due_at IS NOT NULL OR status = 'failed')"));
    // whatever became of the digest: of one notification there may be very many
    let collected = items::table.filter(items::notification.eq(notifications::id));
    let ids: Vec<i64> = on_conn!(conn, c => notifications::table
        .filter(sql::<Bool>("holders = 0")) // in the words of the index
        .filter(notifications::created_at.le(until))
        .filter(not(exists(waiting)))
        .filter(not(exists(planned)))
        .filter(not(exists(held)))
        .filter(not(exists(unfinished)))
        .filter(not(exists(collected)))
        .order(notifications::created_at)
        .select(notifications::id)
        .range(0, budget.limit())
        .load(c))?;
    for id in ids {
        // the notification goes after the last decision about it
        if forget_decisions(conn, id, &mut budget)?
            || remove_each!(conn, notifications::table, [id], budget)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Removes what was decided about a notification; whether the budget is spent.
fn forget_decisions(conn: &mut Conn, id: i64, budget: &mut Budget) -> Result<bool, Failure> {
    let users: Vec<i64> = on_conn!(conn, c => decisions::table
        .filter(decisions::notification.eq(id))
        .order(decisions::usr)
        .select(decisions::usr)
        .range(0, budget.limit())
        .load(c))?;
    let Some(last) = users.last() else { return Ok(false) };
    on_conn!(conn, c => diesel::delete(decisions::table)
        .filter(decisions::notification.eq(id))
        .filter(decisions::usr.le(last))
        .execute(c))?;
    budget.spend(users.len());
    Ok(budget.is_spent())
}

fn forget_tickets(conn: &mut Conn, until: i64, mut budget: Budget) -> Result<bool, Failure> {
    let hashes: Vec<Vec<u8>> = on_conn!(conn, c => tickets::table
        .filter(tickets::expires_at.le(until))
        .order(tickets::expires_at)
        .select(tickets::hash)
        .range(0, budget.limit())
        .load(c))?;
    Ok(remove_each!(conn, tickets::table, hashes, budget))
}

fn forget_keys(conn: &mut Conn, until: i64, mut budget: Budget) -> Result<bool, Failure> {
    let rows = on_conn!(conn, c => keys::table
        .filter(keys::id.gt(0))
        .order(keys::id)
        .select((keys::id, keys::created_at))
        .range(0, budget.limit())
        .load(c))?;
    Ok(remove_each!(conn, keys::table, up_to(rows, until), budget))
}

fn forget_revocations(conn: &mut Conn, until: i64, mut budget: Budget) -> Result<bool, Failure> {
    let rows = on_conn!(conn, c => revocations::table
        .filter(revocations::position.gt(0))
        .order(revocations::position)
        .select((revocations::position, revocations::created_at))
        .range(0, budget.limit())
        .load(c))?;
    Ok(remove_each!(conn, revocations::table, up_to(rows, until), budget))
}

/// The keys of what was created until then. What is numbered as it comes needs no index by time.
fn up_to(rows: Vec<(i64, i64)>, until: i64) -> impl Iterator<Item = i64> {
    rows.into_iter().take_while(move |(_, created_at)| *created_at <= until).map(|(key, _)| key)
}

fn forget_logins(conn: &mut Conn, until: i64, mut budget: Budget) -> Result<bool, Failure> {
    let ended: Vec<String> = on_conn!(conn, c => sessions::table
        .filter(sessions::ends_at.le(until))
        .order(sessions::ends_at)
        .select(sessions::id)
        .range(0, budget.limit())
        .load(c))?;
    forget_sessions(conn, ended, &mut budget)
}

/// Removes logins with all of their tokens; whether the budget is spent.
pub(super) fn forget_sessions(
    conn: &mut Conn,
    ended: Vec<String>,
    budget: &mut Budget,
) -> Result<bool, Failure> {
    for session in ended {
        let hashes: Vec<Vec<u8>> = on_conn!(conn, c => tokens::table
            .filter(tokens::session.eq(&session))
            .select(tokens::hash)
            .range(0, budget.limit())
            .load(c))?;
        // a login may have thousands of tokens, and outlives them all
        if remove_each!(conn, tokens::table, hashes, budget) {
            return Ok(true);
        }
        if remove_each!(conn, sessions::table, [&session], budget) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn forget_mutes(conn: &mut Conn, until: i64, mut budget: Budget) -> Result<bool, Failure> {
    let keys: Vec<(String, i64)> = on_conn!(conn, c => mutes::table
        .filter(mutes::until.le(until))
        .order(mutes::until)
        .select((mutes::category, mutes::usr))
        .range(0, budget.limit())
        .load(c))?;
    Ok(remove_each!(conn, mutes::table, keys, budget))
}

fn forget_topics(conn: &mut Conn, until: i64, mut budget: Budget) -> Result<bool, Failure> {
    // whoever subscribed to it when something was accepted still gets that
    let waiting = outbox::table.filter(outbox::topic.eq(topics::id.nullable()));
    let deleted: Vec<i64> = on_conn!(conn, c => topics::table
        .filter(topics::deleted_at.le(until))
        .filter(not(exists(waiting)))
        .order(topics::deleted_at)
        .select(topics::id)
        .range(0, budget.limit())
        .load(c))?;
    for topic in deleted {
        let keys: Vec<(i64, i64)> = on_conn!(conn, c => subscriptions::table
            .filter(subscriptions::topic.eq(topic))
            .select((subscriptions::topic, subscriptions::usr))
            .range(0, budget.limit())
            .load(c))?;
        // the topic goes after the last of its subscriptions
        if remove_each!(conn, subscriptions::table, keys, budget) {
            return Ok(true);
        }
        if remove_each!(conn, topics::table, [topic], budget) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn forget_deletions(conn: &mut Conn, until: i64, mut budget: Budget) -> Result<bool, Failure> {
    let ids: Vec<String> = on_conn!(conn, c => deletions::table
        .filter(deletions::deleted_at.le(until))
        .order(deletions::deleted_at)
        .select(deletions::id)
        .range(0, budget.limit())
        .load(c))?;
    Ok(remove_each!(conn, deletions::table, ids, budget))
}

fn forget_sandbox(conn: &mut Conn, until: i64, mut budget: Budget) -> Result<bool, Failure> {
    let ids: Vec<i64> = on_conn!(conn, c => sandbox::table
        .filter(sandbox::at.le(until))
        .order(sandbox::at)
        .select(sandbox::id)
        .range(0, budget.limit())
        .load(c))?;
    Ok(remove_each!(conn, sandbox::table, ids, budget))
}

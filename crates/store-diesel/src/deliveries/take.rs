//! What is to be decided now: whoever takes it has it for themselves.

use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use herald_domain::{Channel, Timestamp};

use super::statements::{REMOVE_HELD, REMOVE_PLANS};
use crate::conn::{Conn, on_conn};
use crate::failure::{Failure, column};
use crate::locks;
use crate::schema::{held, plans};
use crate::statements::{InListDsl, List, RangeDsl, Rows, WithRows};

/// Something that is to be decided.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    pub(super) notification: i64,
    pub(super) user: i64,
    pub(super) what: What,
}

/// Of what is decided.
#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    /// every channel
    All,
    /// this one, once more
    Held(Channel),
    /// this one, for a digest whose time has come
    Digest(Channel),
}

/// Takes about so much; what has waited for its time is not kept waiting by what is new.
pub(super) fn take(conn: &mut Conn, now: Timestamp, limit: usize) -> Result<Vec<Taken>, Failure> {
    let mut taken = digests(conn, now, limit.div_ceil(4))?;
    taken.extend(held(conn, now, limit.div_ceil(2))?);
    let left = limit.saturating_sub(taken.len()).max(limit.div_ceil(4));
    taken.extend(plans(conn, left)?);
    Ok(taken)
}

fn plans(conn: &mut Conn, limit: usize) -> Result<Vec<Taken>, Failure> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let first = plans::table
        .filter(plans::notification.gt(0))
        .order((plans::notification, plans::usr))
        .select((plans::notification, plans::usr));
    let keys: Vec<(i64, i64)> = match conn {
        Conn::Sqlite(c) => first.range(0, limit).load(c),
        Conn::Pg(c) => first.limit(limit).for_update().skip_locked().load(c),
    }?;
    if !keys.is_empty() {
        let rows = Rows::of(&keys)?;
        on_conn!(conn, c => WithRows::<()>::new(REMOVE_PLANS, &rows).execute(c))?;
    }
    let plan = |(notification, user)| Taken { notification, user, what: What::All };
    Ok(keys.into_iter().map(plan).collect())
}

fn held(conn: &mut Conn, now: Timestamp, limit: usize) -> Result<Vec<Taken>, Failure> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let due = held::table
        .filter(held::digest.eq(false))
        .filter(held::due_at.le(now.as_micros()))
        .order(held::due_at)
        .select((held::notification, held::usr, held::channel));
    let keys: Vec<(i64, i64, String)> = match conn {
        Conn::Sqlite(c) => due.range(0, limit).load(c),
        Conn::Pg(c) => due.limit(limit).for_update().skip_locked().load(c),
    }?;
    remove(conn, &keys)?;
    keys.into_iter().map(|key| taken(key, What::Held)).collect()
}

/// Takes digests as a whole: all that is due of a user, or nothing.
fn digests(conn: &mut Conn, now: Timestamp, limit: usize) -> Result<Vec<Taken>, Failure> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut users: Vec<i64> = on_conn!(conn, c => held::table
        .filter(held::digest.eq(true))
        .filter(held::due_at.le(now.as_micros()))
        .order(held::due_at)
        .select(held::usr)
        .range(0, limit)
        .load(c))?;
    if users.is_empty() {
        return Ok(Vec::new());
    }
    users.sort_unstable();
    users.dedup();
    let users = List::of_numbers(locks::free_users(conn, users)?);
    macro_rules! due {
        ($users:expr) => {
            held::table
                .filter(held::usr.in_list($users))
                // in words that are none of the index of all that is due
                .filter(sql::<Bool>("digest"))
                .filter(held::due_at.le(now.as_micros()))
        };
    }
    let counts: Vec<(i64, i64)> = on_conn!(conn, c => due!(&users)
        .group_by(held::usr)
        .select((held::usr, count_star()))
        .load(c))?;
    let mut sum = 0;
    let fitting = counts.into_iter().take_while(|(_, count)| {
        let is_first = sum == 0;
        sum += count;
        is_first || sum <= limit
    });
    let users = List::of_numbers(fitting.map(|(user, _)| user));
    let keys: Vec<(i64, i64, String)> = on_conn!(conn, c => due!(&users)
        .select((held::notification, held::usr, held::channel))
        .load(c))?;
    remove(conn, &keys)?;
    keys.into_iter().map(|key| taken(key, What::Digest)).collect()
}

fn remove(conn: &mut Conn, keys: &[(i64, i64, String)]) -> Result<(), Failure> {
    if !keys.is_empty() {
        let rows = Rows::of(keys)?;
        on_conn!(conn, c => WithRows::<()>::new(REMOVE_HELD, &rows).execute(c))?;
    }
    Ok(())
}

fn taken(
    (notification, user, channel): (i64, i64, String),
    what: fn(Channel) -> What,
) -> Result<Taken, Failure> {
    let channel = column("held", "channel", channel.parse())?;
    Ok(Taken { notification, user, what: what(channel) })
}

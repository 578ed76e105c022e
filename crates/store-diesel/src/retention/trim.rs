use diesel::dsl::max;
use diesel::prelude::*;
use herald_domain::{Keep, Timestamp, UserKey};
use herald_ports::{LiveEvent, Trimmed};

use super::Budget;
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::inbox::{Doomed, Released, remove};
use crate::locks;
use crate::rows::{HEAD, HeadRow, head};
use crate::schema::{inbox_heads as heads, inbox_items as items, notifications};
use crate::statements::RangeDsl;

/// How many users one step looks at.
const SPAN: i64 = 10_000;

/// What a look at some of the inboxes found.
pub(super) struct Found {
    /// whose inboxes hold too much, in ascending order
    pub(super) users: Vec<i64>,
    /// where the next look begins
    pub(super) next: Option<UserKey>,
}

/// Looks for inboxes that hold too much.
pub(super) fn find(
    conn: &mut Conn,
    after: UserKey,
    keep: Keep,
    limit: usize,
) -> Result<Found, Failure> {
    let (after, end) = (after.get(), after.get().saturating_add(SPAN));
    let limit = limit.max(1);
    let users: Vec<i64> = on_conn!(conn, c => heads::table
        .filter(heads::usr.gt(after))
        .filter(heads::usr.le(end))
        .filter(heads::total.gt(i64::from(keep.items))
            .or(heads::total.gt(0).and(heads::oldest.le(cutoff(keep)))))
        .order(heads::usr)
        .select(heads::usr)
        .range(0, i64::try_from(limit).unwrap_or(i64::MAX))
        .load(c))?;
    let reached = if users.len() == limit { users.last().copied().unwrap_or(end) } else { end };
    let last: Option<i64> =
        on_conn!(conn, c => heads::table.select(max(heads::usr)).get_result(c))?;
    let next = last.filter(|last| reached < *last).map(|_| UserKey::new(reached));
    Ok(Found { users, next })
}

/// Removes what those inboxes hold too much.
pub(super) fn trim(
    conn: &mut Conn,
    found: &Found,
    keep: Keep,
    now: Timestamp,
    mut budget: Budget,
) -> Result<Trimmed, Failure> {
    locks::heads(conn, &found.users)?;
    let (mut events, mut next) = (Vec::new(), found.next);
    let mut released = Released::default();
    for &user in &found.users {
        let trimmed = trim_one(conn, UserKey::new(user), keep, now, &mut budget, &mut released)?;
        events.extend(trimmed.event);
        if !trimmed.done {
            next = Some(UserKey::new(user - 1));
            break;
        }
        if budget.is_spent() {
            if found.users.last() > Some(&user) {
                next = Some(UserKey::new(user));
            }
            break;
        }
    }
    released.write(conn)?;
    Ok(Trimmed { events, next })
}

/// What became of one inbox.
struct One {
    event: Option<LiveEvent>,
    /// whether it holds no more than it may
    done: bool,
}

/// Removes the oldest items of one inbox, as many as the budget allows.
fn trim_one(
    conn: &mut Conn,
    user: UserKey,
    keep: Keep,
    now: Timestamp,
    budget: &mut Budget,
    released: &mut Released,
) -> Result<One, Failure> {
    let found: Option<(i64, HeadRow)> = on_conn!(conn, c => heads::table
        .filter(heads::usr.eq(user.get()))
        .select((heads::total, HEAD))
        .get_result(c)
        .optional())?;
    let Some((total, row)) = found else {
        // a user who was deleted meanwhile
        return Ok(One { event: None, done: true });
    };
    let mut head = head(row);
    let surplus = usize::try_from(total - i64::from(keep.items)).unwrap_or(0);
    // one more than may go, to see which is the oldest that stays
    let rows: Vec<(Doomed, i64)> = on_conn!(conn, c => items::table
        .inner_join(notifications::table)
        .filter(items::usr.eq(user.get()))
        .order(items::seq)
        .select((Doomed::as_select(), notifications::created_at))
        .range(0, budget.limit().saturating_add(1))
        .load(c))?;
    let too_old = rows.iter().take_while(|(_, created_at)| *created_at <= cutoff(keep)).count();
    let wanted = surplus.max(too_old);
    let count = wanted.min(budget.rows());
    let doomed: Vec<_> = rows.iter().take(count).map(|(item, _)| *item).collect();
    if keep.after.is_some()
        && let Some((_, created_at)) = rows.get(count)
    {
        on_conn!(conn, c => diesel::update(heads::table.find(user.get()))
            .set(heads::oldest.eq(*created_at))
            .execute(c))?;
    }
    budget.spend(count);
    let event = if doomed.is_empty() {
        None
    } else {
        Some(remove(conn, user, &mut head, &doomed, now, released)?)
    };
    Ok(One { event, done: count == wanted })
}

/// Items of this moment or earlier are too old.
fn cutoff(keep: Keep) -> i64 {
    keep.after.map_or(i64::MIN, Timestamp::as_micros)
}

use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use herald_domain::{Category, Notification, NotificationId, State, Timestamp, UserKey};
use herald_ports::{Connected, LiveEvent, Step};

use super::audience::{OutboxRow, find};
use super::{delivered, find_reached};
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::notifications::{Concern, deliver};
use crate::rows::{HeadRow, RoutedRow, micros};
use crate::schema::{
    notifications, outbox, outbox_early as early, outbox_leavers as leavers, users,
};
use crate::statements::{
    AddItemsOf, AddPlansOf, AppendToHeadsOf, Group, HeadsOf, HoldHeadsOf, Listening, Members,
    NthMember, asked_of,
};

/// How long a step should take on SQLite: whoever sends meanwhile waits for it.
const GOAL: Duration = Duration::from_millis(4);
/// How long on PostgreSQL: only who sends to the same users waits, and each step has a commit of its own.
const GOAL_BESIDE_OTHERS: Duration = Duration::from_millis(16);
/// How many users a step looks at, at least and at most.
const CHUNK: (i64, i64) = (100, 10_000);

/// Puts what waits under that number into some more inboxes.
#[expect(clippy::disallowed_methods, reason = "measures how long a step takes")]
pub(super) fn step(
    conn: &mut Conn,
    id: i64,
    total: Option<i64>,
    now: Timestamp,
    connected: &dyn Connected,
) -> Result<Step, Failure> {
    let begun = Instant::now();
    let Some(row) = find(conn, id)? else {
        return Ok(nothing(id));
    };
    let routed = routed(conn, id)?;
    let (route, open) = (routed.route(), routed.open);
    let what = Arc::new(Notification::try_from(routed.content)?);
    let last = row.last.unwrap_or(0);
    let (group, through) = match row.group()? {
        Group::Listed(users) => {
            // each statement reads all of its list
            let (part, through) = users.part(row.reached, row.chunk);
            (Group::Listed(part), through)
        }
        group => {
            let through = through(conn, &group, &row, last)?;
            (group, through)
        }
    };
    let expired = what.content.has_expired(now);
    let through = through.filter(|_| !expired).unwrap_or(last);
    let mut reach = Reach { reached: 0, events: Vec::new() };
    if !expired {
        let Exceptions { leavers_of, but_early, is_reachable } =
            exceptions(conn, id, row.reached, through)?;
        let members = Members { group: &group, after: row.reached, through, leavers_of, but_early };
        if route.has_inbox() {
            reach = put(conn, &what, members, now, connected)?;
        }
        let concern = Concern::of(route, open, matches!(group, Group::Listed(_)));
        if is_reachable || concern.all {
            let plans = AddPlansOf { members, notification: id, concern };
            on_conn!(conn, c => plans.execute(c))?;
        }
    }
    let done = through >= last;
    note_progress(conn, id, reach.reached)?;
    note_total(conn, id, total, done)?;
    if done {
        forget(conn, id)?;
    } else {
        let goal = if conn.is_alone() { GOAL } else { GOAL_BESIDE_OTHERS };
        move_on(conn, id, through, next_chunk(row.chunk, begun.elapsed(), goal))?;
    }
    let Reach { reached, events } = reach;
    Ok(Step { notification: what.id, principal: row.principal, reached, done, events })
}

/// A step that came to nothing, because another worker has taken it meanwhile.
pub(super) fn nothing(id: i64) -> Step {
    let (notification, principal) = (NotificationId::new(id), String::new());
    Step { notification, principal, reached: 0, done: false, events: Vec::new() }
}

/// What a step came to.
struct Reach {
    reached: i64,
    events: Vec<LiveEvent>,
}

pub(super) fn routed(conn: &mut Conn, id: i64) -> Result<RoutedRow, Failure> {
    Ok(on_conn!(conn, c => notifications::table
        .filter(notifications::id.eq(id))
        .select(RoutedRow::as_select())
        .get_result(c))?)
}

/// The last user of a group whom this step looks at; `None` if that is the last of all.
fn through(
    conn: &mut Conn,
    group: &Group,
    row: &OutboxRow,
    last: i64,
) -> Result<Option<i64>, Failure> {
    let members = Members::within(group, row.reached, last);
    let nth = NthMember { members, nth: row.chunk - 1 };
    Ok(on_conn!(conn, c => nth.get_result(c).optional())?)
}

/// What is not so of every member.
struct Exceptions {
    /// the notification, if some have left who are told nevertheless
    leavers_of: Option<i64>,
    /// the notification, if some were told early
    but_early: Option<i64>,
    /// whether there is anybody in the range whom an external channel may reach
    is_reachable: bool,
}

fn exceptions(conn: &mut Conn, id: i64, after: i64, through: i64) -> Result<Exceptions, Failure> {
    let reachable = users::table
        .filter(sql::<Bool>("reach <> 0")) // in the words of the index
        .filter(users::key.gt(after))
        .filter(users::key.le(through));
    let exceptions = (
        exists(leavers::table.filter(leavers::notification.eq(id))),
        exists(early::table.filter(early::notification.eq(id))),
        exists(reachable),
    );
    let (left, told, is_reachable): (bool, bool, bool) =
        on_conn!(conn, c => diesel::select(exceptions).get_result(c))?;
    Ok(Exceptions { leavers_of: left.then_some(id), but_early: told.then_some(id), is_reachable })
}

/// Puts it into the inboxes of those members who want it there.
fn put(
    conn: &mut Conn,
    what: &Arc<Notification>,
    members: Members<'_>,
    now: Timestamp,
    connected: &dyn Connected,
) -> Result<Reach, Failure> {
    let category = asked_of(&what.content);
    let to = Listening { members, category, now: now.as_micros() };
    let mut events = Vec::new();
    let is_listed = matches!(members.group, Group::Listed(_));
    if is_listed || what.content.collapse_key.is_some() {
        // these are few; what is replaced is another item in each inbox
        let rows: Vec<(i64, HeadRow)> = on_conn!(conn, c => HeadsOf(to).load(c))?;
        let reached = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        deliver(conn, Arc::clone(what), delivered(rows), now, &mut events)?;
        return Ok(Reach { reached, events });
    }
    let items = AddItemsOf {
        to,
        notification: what.id.get(),
        category: what.content.category.as_ref().map_or("", Category::as_str),
        expires_at: micros(what.content.expires_at),
    };
    let reached = match conn {
        Conn::Sqlite(c) => {
            let reached = AppendToHeadsOf(to).execute(c)?;
            items.execute(c)?;
            reached
        }
        Conn::Pg(c) => {
            HoldHeadsOf(to).execute(c)?;
            items.execute(c)?
        }
    };
    if reached > 0 {
        let (after, through) = (UserKey::new(members.after), UserKey::new(members.through));
        let told = find_reached(conn, what.id, &connected.connected(after, through))?;
        events.push(LiveEvent::Reached { notification: Arc::clone(what), after, through, told });
    }
    Ok(Reach { reached: i64::try_from(reached).unwrap_or(i64::MAX), events })
}

/// Notes that it is in so many more inboxes.
pub(super) fn note_progress(conn: &mut Conn, id: i64, reached: i64) -> Result<(), Failure> {
    use notifications::{holders, recipients};
    let more = (recipients.eq(recipients + reached), holders.eq(holders + reached));
    on_conn!(conn, c => diesel::update(notifications::table.find(id)).set(more).execute(c))?;
    Ok(())
}

fn note_total(conn: &mut Conn, id: i64, total: Option<i64>, done: bool) -> Result<(), Failure> {
    use notifications::{recipients, state, total as counted};
    let row = notifications::table.find(id);
    if done {
        let columns = (state.eq(State::Delivered.as_str()), counted.eq(recipients.nullable()));
        on_conn!(conn, c => diesel::update(row).set(columns).execute(c))?;
    } else if let Some(total) = total {
        on_conn!(conn, c => diesel::update(row).set(counted.eq(total)).execute(c))?;
    }
    Ok(())
}

fn move_on(conn: &mut Conn, id: i64, through: i64, chunk: i64) -> Result<(), Failure> {
    let columns =
        (outbox::reached.eq(through), outbox::steps.eq(outbox::steps + 1), outbox::chunk.eq(chunk));
    on_conn!(conn, c => diesel::update(outbox::table.find(id)).set(columns).execute(c))?;
    Ok(())
}

fn forget(conn: &mut Conn, id: i64) -> Result<(), Failure> {
    on_conn!(conn, c => diesel::delete(outbox::table.find(id)).execute(c))?;
    on_conn!(conn, c => diesel::delete(leavers::table.filter(leavers::notification.eq(id)))
        .execute(c))?;
    on_conn!(conn, c => diesel::delete(early::table.filter(early::notification.eq(id)))
        .execute(c))?;
    Ok(())
}

/// As many as would have taken as long as a step should; at most twice as many as before, for one fast
/// step says little.
fn next_chunk(chunk: i64, took: Duration, goal: Duration) -> i64 {
    let fitting = goal.as_secs_f64() / took.as_secs_f64().max(1e-6) * chunk as f64;
    let (least, most) = CHUNK;
    (fitting as i64).min(chunk * 2).clamp(least, most)
}

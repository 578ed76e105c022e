use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};
use herald_domain::{Category, Head, InboxItem, ItemFilter, Rev, Status, Topic, UserKey};
use herald_ports::{Page, Position};

use super::read_head;
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::postgres::PgConnection;
use crate::rows::{HEAD, HeadRow, ItemRow, head};
use crate::schema::{inbox_heads as heads, inbox_items as items, notifications};
use crate::statements::RangeDsl;

/// What a filter asks of the columns; `None` is whatever.
struct Wanted<'a> {
    archived: Option<bool>,
    read: Option<bool>,
    seen: Option<bool>,
    category: Option<&'a str>,
    topic: Option<&'a str>,
    priority: Option<&'static str>,
    kind: Option<&'static str>,
}

impl<'a> Wanted<'a> {
    fn of(filter: &'a ItemFilter) -> Self {
        let (archived, read, seen) = match filter.status {
            Status::Inbox => (Some(false), None, None),
            Status::Unread => (Some(false), Some(false), None),
            Status::Unseen => (Some(false), None, Some(false)),
            Status::Read => (Some(false), Some(true), None),
            Status::Archived => (Some(true), None, None),
            Status::All => (None, None, None),
        };
        Self {
            archived,
            read,
            seen,
            category: filter.category.as_ref().map(Category::as_str),
            topic: filter.topic.as_ref().map(Topic::as_str),
            priority: filter.priority.map(|priority| priority.as_str()),
            kind: filter.kind.map(|kind| kind.as_str()),
        }
    }
}

/// The user's items that match, joined with their notifications: one statement for every filter,
/// prepared once, because no index is chosen by any of it.
macro_rules! matching {
    ($user:expr, $wanted:expr) => {
        items::table
            .inner_join(notifications::table)
            .filter(items::usr.eq($user.get()))
            .filter(flag!($wanted.archived, items::archived_at))
            .filter(flag!($wanted.read, items::read_at))
            .filter(flag!($wanted.seen, items::seen_at))
            .filter(text!($wanted.category, items::category))
            .filter(text!($wanted.topic, notifications::topic))
            .filter(text!($wanted.priority, notifications::priority))
            .filter(text!($wanted.kind, notifications::kind))
    };
}

macro_rules! flag {
    ($wanted:expr, $column:expr) => {
        $wanted
            .is_none()
            .into_sql::<Bool>()
            .or($column.is_not_null().eq($wanted.unwrap_or_default()))
    };
}

macro_rules! text {
    ($wanted:expr, $column:expr) => {
        $wanted.is_none().into_sql::<Nullable<Bool>>().or($column.nullable().eq($wanted))
    };
}

/// A page: on PostgreSQL, nearly always by one statement, which sees one moment by itself.
pub(super) fn page(
    conn: &mut Conn,
    user: UserKey,
    filter: &ItemFilter,
    position: Position<Rev>,
    limit: usize,
) -> Result<Page, Failure> {
    let wanted = Wanted::of(filter);
    if let (Conn::Pg(c), Position::Cursor(cursor)) = (&mut *conn, position)
        && let Some(page) = with_head(c, user, &wanted, cursor, limit)?
    {
        return Ok(page);
    }
    conn.at_one_moment(|conn| in_parts(conn, user, &wanted, position, limit))
}

/// Items, each with the head beside it; `None` if there is no item that would say where the head stands.
fn with_head(
    conn: &mut PgConnection,
    user: UserKey,
    wanted: &Wanted<'_>,
    cursor: Option<Rev>,
    limit: usize,
) -> Result<Option<Page>, Failure> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows: Vec<(ItemRow, HeadRow)> = matching!(user, wanted)
        .inner_join(heads::table.on(heads::usr.eq(items::usr)))
        .filter(items::seq.lt(cursor.map_or(i64::MAX, Rev::get)))
        .order(items::seq.desc())
        .select((ItemRow::as_select(), HEAD))
        .range(0, limit.saturating_add(1))
        .load(conn)?;
    let Some((_, row)) = rows.first() else {
        return Ok(None);
    };
    let head = head(*row);
    let rows = rows.into_iter().map(|(row, _)| row).collect();
    Ok(Some(of_rows(rows, head, limit, None)?))
}

/// A page of what was read: one item more than asked for, if there is more.
fn of_rows(
    mut rows: Vec<ItemRow>,
    head: Head,
    limit: i64,
    total: Option<i64>,
) -> Result<Page, Failure> {
    let more = rows.len() as i64 > limit;
    if more {
        rows.pop();
    }
    Ok(Page {
        head,
        next: rows.last().filter(|_| more).map(|row| Rev::new(row.seq)),
        items: rows.into_iter().map(InboxItem::try_from).collect::<Result<_, _>>()?,
        total: total.map(i64::cast_unsigned),
    })
}

/// Items, how many there are, and the head, one after the other.
fn in_parts(
    conn: &mut Conn,
    user: UserKey,
    wanted: &Wanted<'_>,
    position: Position<Rev>,
    limit: usize,
) -> Result<Page, Failure> {
    let (before, offset) = match position {
        Position::Cursor(cursor) => (cursor.map_or(i64::MAX, Rev::get), 0),
        Position::Offset(offset) => (i64::MAX, i64::try_from(offset).unwrap_or(i64::MAX)),
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows: Vec<ItemRow> = on_conn!(conn, c => matching!(user, wanted)
        .filter(items::seq.lt(before))
        .order(items::seq.desc())
        .select(ItemRow::as_select())
        .range(offset, limit.saturating_add(1))
        .load(c))?;
    let total: Option<i64> = match position {
        Position::Cursor(_) => None,
        Position::Offset(_) => Some(on_conn!(conn, c => matching!(user, wanted)
            .count()
            .get_result(c))?),
    };
    of_rows(rows, read_head(conn, user)?, limit, total)
}

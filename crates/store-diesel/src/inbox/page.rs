use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};
use herald_domain::{Category, InboxItem, ItemFilter, Rev, Status, Topic, UserKey};
use herald_ports::{Page, Position};

use super::read_head;
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::rows::ItemRow;
use crate::schema::{inbox_items as items, notifications};
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

pub(super) fn page(
    conn: &mut Conn,
    user: UserKey,
    filter: &ItemFilter,
    position: Position<Rev>,
    limit: usize,
) -> Result<Page, Failure> {
    let wanted = Wanted::of(filter);
    let (before, offset) = match position {
        Position::Cursor(cursor) => (cursor.map_or(i64::MAX, Rev::get), 0),
        Position::Offset(offset) => (i64::MAX, i64::try_from(offset).unwrap_or(i64::MAX)),
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    // one more than asked for, to see whether there is more
    let mut rows: Vec<ItemRow> = on_conn!(conn, c => matching!(user, wanted)
        .filter(items::seq.lt(before))
        .order(items::seq.desc())
        .select(ItemRow::as_select())
        .range(offset, limit.saturating_add(1))
        .load(c))?;
    let more = rows.len() as i64 > limit;
    if more {
        rows.pop();
    }
    let total: Option<i64> = match position {
        Position::Cursor(_) => None,
        Position::Offset(_) => Some(on_conn!(conn, c => matching!(user, wanted)
            .count()
            .get_result(c))?),
    };
    Ok(Page {
        head: read_head(conn, user)?,
        next: rows.last().filter(|_| more).map(|row| Rev::new(row.seq)),
        items: rows.into_iter().map(InboxItem::try_from).collect::<Result<_, _>>()?,
        total: total.map(i64::cast_unsigned),
    })
}

use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use herald_domain::{Timestamp, Topic, UserId, UserKey};
use herald_ports::{Part, Reach, Subscriber, TopicView};

use super::subscribe::find;
use crate::conn::{Conn, on_conn};
use crate::failure::{Failure, column};
use crate::schema::{subscriptions, topics, users};
use crate::statements::RangeDsl;

diesel::alias!(subscriptions as everybody: Everybody);

/// `(name, description, open, created_at, subscribed, subscribers)`
type ViewRow = (String, Option<String>, bool, i64, bool, Option<i64>);

/// The topics within reach of a user, as a [`ViewRow`] each.
macro_rules! views {
    ($user:expr, $reach:expr) => {{
        let all = $reach == Reach::All;
        let count = everybody
            .filter(everybody.field(subscriptions::topic).eq(topics::id))
            .count()
            .single_value();
        let is_mine = subscriptions::topic.eq(topics::id).and(subscriptions::usr.eq($user.get()));
        topics::table
            .left_join(subscriptions::table.on(is_mine))
            .filter(all.into_sql::<Bool>().or(topics::open).or(subscriptions::usr.is_not_null()))
            .select((
                topics::name.assume_not_null(),
                topics::description,
                topics::open,
                topics::created_at,
                subscriptions::usr.nullable().is_not_null(),
                // counting takes a moment, and only an administrator is told
                case_when(all.into_sql::<Bool>(), count),
            ))
    }};
}

pub(super) fn list(
    conn: &mut Conn,
    user: UserKey,
    reach: Reach,
    after: Option<&Topic>,
    limit: usize,
) -> Result<Part<TopicView, Topic>, Failure> {
    let rows: Vec<ViewRow> = on_conn!(conn, c => views!(user, reach)
        .filter(topics::name.gt(after.map_or("", Topic::as_str)))
        .order(topics::name)
        .range(0, beyond(limit))
        .load(c))?;
    let views = rows.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok(Part::of(views, limit, |last| last.name.clone()))
}

/// One topic, as an administrator sees it.
pub(super) fn view(
    conn: &mut Conn,
    user: UserKey,
    topic: &Topic,
) -> Result<Option<TopicView>, Failure> {
    let row: Option<ViewRow> = on_conn!(conn, c => views!(user, Reach::All)
        .filter(topics::name.eq(topic.as_str()))
        .get_result(c)
        .optional())?;
    row.map(read).transpose()
}

fn read(row: ViewRow) -> Result<TopicView, Failure> {
    let (name, description, open, created_at, subscribed, subscribers) = row;
    let description = description.map(TryInto::try_into).transpose();
    Ok(TopicView {
        name: column("topics", "name", name.parse())?,
        description: column("topics", "description", description)?,
        open,
        created_at: Timestamp::from_micros(created_at),
        subscribed,
        subscribers,
    })
}

pub(super) fn subscribers(
    conn: &mut Conn,
    topic: &Topic,
    after: Option<UserKey>,
    limit: usize,
) -> Result<Option<Part<Subscriber, UserKey>>, Failure> {
    let Some(found) = find(conn, UserKey::default(), Reach::All, topic)? else {
        return Ok(None);
    };
    let rows: Vec<(i64, String)> = on_conn!(conn, c => subscriptions::table
        .inner_join(users::table)
        .filter(subscriptions::topic.eq(found.id))
        .filter(subscriptions::usr.gt(after.unwrap_or_default().get()))
        .order(subscriptions::usr)
        .select((subscriptions::usr, users::id))
        .range(0, beyond(limit))
        .load(c))?;
    let read = |(key, id): (i64, String)| {
        let id: UserId = column("users", "id", id.parse())?;
        Ok(Subscriber { key: UserKey::new(key), id })
    };
    let found = rows.into_iter().map(read).collect::<Result<_, Failure>>()?;
    Ok(Some(Part::of(found, limit, |last| last.key)))
}

/// One more than asked for, to see whether there is more.
fn beyond(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

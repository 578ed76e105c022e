use diesel::prelude::*;
use herald_domain::{Topic, UserKey};
use herald_ports::{Reach, Subscribed};

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::fan_out::leave_topic;
use crate::locks;
use crate::schema::{subscriptions, topics};

/// A topic within reach of a user.
pub(super) struct Found {
    pub(super) id: i64,
    /// whether the user subscribes to it
    subscribed: bool,
}

pub(super) fn find(
    conn: &mut Conn,
    user: UserKey,
    reach: Reach,
    topic: &Topic,
) -> Result<Option<Found>, Failure> {
    let is_mine = subscriptions::topic.eq(topics::id).and(subscriptions::usr.eq(user.get()));
    let row: Option<(i64, bool, bool)> = on_conn!(conn, c => topics::table
        .left_join(subscriptions::table.on(is_mine))
        .filter(topics::name.eq(topic.as_str()))
        .select((topics::id, topics::open, subscriptions::usr.nullable().is_not_null()))
        .get_result(c)
        .optional())?;
    let within = |open, subscribed| reach == Reach::All || open || subscribed;
    Ok(row
        .filter(|(_, open, subscribed)| within(*open, *subscribed))
        .map(|(id, _, subscribed)| Found { id, subscribed }))
}

pub(super) fn subscribe(
    conn: &mut Conn,
    user: UserKey,
    reach: Reach,
    topic: &Topic,
    most: usize,
) -> Result<Subscribed, Failure> {
    locks::user(conn, user)?;
    let Some(found) = find(conn, user, reach, topic)? else {
        return Ok(Subscribed::UnknownTopic);
    };
    if found.subscribed {
        return Ok(Subscribed::Done);
    }
    let others: i64 = on_conn!(conn, c => subscriptions::table
        .inner_join(topics::table)
        .filter(subscriptions::usr.eq(user.get()))
        .filter(topics::name.is_not_null())
        .count()
        .get_result(c))?;
    if usize::try_from(others).is_ok_and(|others| others >= most) {
        return Ok(Subscribed::TooMany);
    }
    let row = (subscriptions::topic.eq(found.id), subscriptions::usr.eq(user.get()));
    on_conn!(conn, c => diesel::insert_into(subscriptions::table).values(row).execute(c))?;
    Ok(Subscribed::Done)
}

pub(super) fn unsubscribe(
    conn: &mut Conn,
    user: UserKey,
    reach: Reach,
    topic: &Topic,
) -> Result<bool, Failure> {
    locks::user(conn, user)?;
    let Some(found) = find(conn, user, reach, topic)? else {
        return Ok(false);
    };
    if !found.subscribed {
        return Ok(true);
    }
    leave_topic(conn, user.get(), found.id)?;
    on_conn!(conn, c => diesel::delete(subscriptions::table.find((found.id, user.get())))
        .execute(c))?;
    Ok(true)
}

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use herald_domain::User;

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::locks::{self, Matter};
use crate::schema::{outbox, outbox_leavers as leavers};

/// Notes that a user leaves a company or a role: what is on its way to these is for that user, too.
pub(crate) fn leave_groups(conn: &mut Conn, user: &User) -> Result<(), Failure> {
    Matter::Audiences.hold(conn)?;
    let key = user.key.get();
    // no company has an empty name
    let company = user.company.as_ref().map_or("", |company| company.as_str());
    let ids: Vec<i64> = on_conn!(conn, c => outbox::table
        .filter(sql::<Bool>("due_at IS NULL")) // in the words of the index
        .filter(outbox::company.is_not_null().or(outbox::role.is_not_null()))
        .filter(outbox::company.is_null().or(outbox::company.eq(company)))
        .filter(outbox::role.is_null().or(outbox::role.eq(user.role.as_str())))
        .filter(outbox::reached.lt(key))
        .filter(outbox::last.ge(key))
        .select(outbox::notification)
        .load(c))?;
    note(conn, key, ids)
}

/// Notes that a user leaves a topic: what is on its way to its subscribers is for that user, too.
pub(crate) fn leave_topic(conn: &mut Conn, user: i64, topic: i64) -> Result<(), Failure> {
    Matter::Audiences.hold(conn)?;
    let ids: Vec<i64> = on_conn!(conn, c => outbox::table
        .filter(outbox::topic.eq(topic))
        .filter(outbox::due_at.is_null())
        .filter(outbox::reached.lt(user))
        .filter(outbox::last.ge(user))
        .select(outbox::notification)
        .load(c))?;
    note(conn, user, ids)
}

fn note(conn: &mut Conn, user: i64, mut notifications: Vec<i64>) -> Result<(), Failure> {
    notifications.sort_unstable();
    for id in notifications {
        // a step that is under way looks at who has left
        locks::waiting(conn, id)?;
        let row = (leavers::notification.eq(id), leavers::usr.eq(user));
        on_conn!(conn, c => diesel::insert_into(leavers::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(c))?;
    }
    Ok(())
}

use diesel::prelude::*;
use herald_domain::{Role, Timestamp, User, UserId, UserKey};
use herald_ports::{Changed, Revoked, UserChange};

use super::find::by_id;
use crate::conn::{Conn, on_conn};
use crate::endpoints::keep_reach;
use crate::failure::Failure;
use crate::fan_out::leave_groups;
use crate::locks::{self, Matter};
use crate::rows::micros;
use crate::schema::{deletions, estates, inbox_heads, users};
use crate::sessions::note_revocation;
use crate::statements::RangeDsl;

pub(super) fn change(
    conn: &mut Conn,
    id: &UserId,
    change: &UserChange,
    now: Timestamp,
) -> Result<Changed, Failure> {
    locks::user_of(conn, id)?;
    let Some(before) = by_id(conn, id)? else {
        return Ok(Changed::Unknown);
    };
    let after = change.apply(&before, now);
    if before.is_active_admin() && !after.is_active_admin() && is_last_admin(conn, before.key)? {
        return Ok(Changed::LastAdmin);
    }
    if (&after.company, &after.role) != (&before.company, &before.role) {
        leave_groups(conn, &before)?;
    }
    if after != before {
        update(conn, &after)?;
    }
    if (&after.email, &after.phone) != (&before.email, &before.phone) {
        keep_reach(conn, [after.key.get()])?;
    }
    if after.has_other_rights_than(&before) {
        note_revocation(conn, &Revoked::User(after.key), now)?;
    }
    Ok(Changed::Done(after))
}

fn update(conn: &mut Conn, user: &User) -> Result<(), Failure> {
    let columns = (
        users::role.eq(user.role.as_str()),
        users::company.eq(user.company.as_ref().map(|company| company.as_str())),
        users::email.eq(user.email.as_ref().map(|email| email.as_str())),
        users::phone.eq(user.phone.as_ref().map(|phone| phone.as_str())),
        users::disabled_at.eq(micros(user.disabled_at)),
    );
    on_conn!(conn, c => diesel::update(users::table.find(user.key.get()))
        .set(columns)
        .execute(c))?;
    Ok(())
}

/// Removes a user, whose items and logins [`crate::retention`] removes. Subscriptions, of which there are
/// a thousand at most, preferences and endpoints, of which there are fewer, go with the row.
pub(super) fn delete(conn: &mut Conn, id: &UserId, now: Timestamp) -> Result<Changed, Failure> {
    locks::user_of(conn, id)?;
    let Some(user) = by_id(conn, id)? else {
        return Ok(Changed::Unknown);
    };
    if user.is_active_admin() && is_last_admin(conn, user.key)? {
        return Ok(Changed::LastAdmin);
    }
    let key = user.key.get();
    on_conn!(conn, c => diesel::delete(users::table.find(key)).execute(c))?;
    // without a head nothing is added to the inbox any more
    on_conn!(conn, c => diesel::delete(inbox_heads::table.find(key)).execute(c))?;
    let estate = (estates::usr.eq(key), estates::left_at.eq(now.as_micros()));
    on_conn!(conn, c => diesel::insert_into(estates::table).values(estate).execute(c))?;
    if !id.is_reserved() {
        remember(conn, id, now)?;
    }
    note_revocation(conn, &Revoked::User(user.key), now)?;
    Ok(Changed::Done(user))
}

/// Notes that an id was given back, once more if it was before.
fn remember(conn: &mut Conn, id: &UserId, now: Timestamp) -> Result<(), Failure> {
    let row = (deletions::id.eq(id.as_str()), deletions::deleted_at.eq(now.as_micros()));
    on_conn!(conn, c => diesel::insert_into(deletions::table)
        .values(row)
        .on_conflict(deletions::id)
        .do_update()
        .set(deletions::deleted_at.eq(now.as_micros()))
        .execute(c))?;
    Ok(())
}

/// Whether no other administrator may act, until the end of the transaction.
fn is_last_admin(conn: &mut Conn, user: UserKey) -> Result<bool, Failure> {
    Matter::Administrators.hold(conn)?;
    let other: Option<i64> = on_conn!(conn, c => users::table
        .filter(users::role.eq(Role::admin().as_str()))
        .filter(users::disabled_at.is_null())
        .filter(users::key.ne(user.get()))
        .select(users::key)
        .range(0, 1)
        .get_result(c)
        .optional())?;
    Ok(other.is_none())
}

//! What keeps writes apart that happen in the same moment.
//!
//! On SQLite there is nothing to do: while a transaction writes, nobody else does. On PostgreSQL every
//! process of a cluster writes, and a statement sees what was committed when it began. So whoever reads
//! in order to decide what to write first holds, until the end of the transaction, what the decision
//! rests on; whoever comes second waits, and then reads what the first has written.
//!
//! Nobody waits in a circle as long as everybody takes these in one order: the user; a [`Matter`];
//! what waits in the outbox; heads, and what users have left, by user; notifications, by number; idempotency keys; and the
//! log of revocations. What is to be decided or to go out, and is passed over where somebody else holds it
//! (`SKIP LOCKED`), comes before all of these: nobody waits for it who holds any of them. Where that cannot be kept, PostgreSQL ends one of those who wait, and the writer
//! runs that one again.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use herald_domain::{Topic, UserId, UserKey};

use crate::conn::Conn;
use crate::failure::Failure;
use crate::schema::{estates, inbox_heads, notifications, outbox, topics, users};

/// Something that is no row, and of which one transaction at a time may be in charge.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Matter {
    /// who administers
    Administrators = 1,
    /// who belongs to a company, a role or a topic
    Audiences = 2,
    /// the order of the log of revocations
    Revocations = 3,
    /// which tables there are
    Tables = 4,
}

/// Tells our matters from those of other programs in the same database.
const OURS: i32 = 0x4845_5241;

impl Matter {
    /// Takes charge of it.
    pub(crate) fn hold(self, conn: &mut Conn) -> Result<(), Failure> {
        self.lock(conn, "pg_advisory_xact_lock")
    }

    /// Lets others do the same at once, but nobody take charge.
    pub(crate) fn share(self, conn: &mut Conn) -> Result<(), Failure> {
        self.lock(conn, "pg_advisory_xact_lock_shared")
    }

    fn lock(self, conn: &mut Conn, how: &str) -> Result<(), Failure> {
        if let Conn::Pg(c) = conn {
            let lock = sql::<BigInt>(&format!("{how}({OURS}, {})", self as i32));
            diesel::select(lock).execute(c)?;
        }
        Ok(())
    }
}

/// Holds a user.
pub(crate) fn user(conn: &mut Conn, user: UserKey) -> Result<(), Failure> {
    if let Conn::Pg(c) = conn {
        let row = users::table.filter(users::key.eq(user.get())).select(users::key);
        row.for_no_key_update().execute(c)?;
    }
    Ok(())
}

/// Holds those of these users who exist.
pub(crate) fn users(conn: &mut Conn, keys: &[i64]) -> Result<(), Failure> {
    if let Conn::Pg(c) = conn {
        let rows = users::table.filter(users::key.eq_any(keys));
        rows.order(users::key).select(users::key).for_no_key_update().execute(c)?;
    }
    Ok(())
}

/// Holds a user, found by the id.
pub(crate) fn user_of(conn: &mut Conn, id: &UserId) -> Result<(), Failure> {
    if let Conn::Pg(c) = conn {
        let row = users::table.filter(users::id.eq(id.as_str())).select(users::key);
        row.for_no_key_update().execute(c)?;
    }
    Ok(())
}

/// Has those of these users who exist stay there, however they are changed.
pub(crate) fn existence(conn: &mut Conn, keys: &[i64]) -> Result<(), Failure> {
    if let Conn::Pg(c) = conn {
        let rows = users::table.filter(users::key.eq_any(keys));
        rows.order(users::key).select(users::key).for_key_share().execute(c)?;
    }
    Ok(())
}

/// Holds those of these users whom nobody else does. Answers them, and those who do not exist.
pub(crate) fn free_users(conn: &mut Conn, keys: Vec<i64>) -> Result<Vec<i64>, Failure> {
    let Conn::Pg(c) = conn else { return Ok(keys) };
    let rows = || users::table.filter(users::key.eq_any(&keys)).select(users::key);
    let mut free: Vec<i64> = rows().order(users::key).for_no_key_update().skip_locked().load(c)?;
    if free.len() < keys.len() {
        let there: Vec<i64> = rows().load(c)?;
        free.extend(keys.iter().filter(|key| !there.contains(key)));
    }
    Ok(free)
}

/// Holds a topic.
pub(crate) fn topic(conn: &mut Conn, topic: &Topic) -> Result<(), Failure> {
    if let Conn::Pg(c) = conn {
        let row = topics::table.filter(topics::name.eq(topic.as_str())).select(topics::id);
        row.for_no_key_update().execute(c)?;
    }
    Ok(())
}

/// Holds what waits under that number.
pub(crate) fn waiting(conn: &mut Conn, notification: i64) -> Result<(), Failure> {
    if let Conn::Pg(c) = conn {
        let row = outbox::table.find(notification).select(outbox::notification);
        row.for_update().execute(c)?;
    }
    Ok(())
}

/// Holds the heads of the inboxes of those of these users who exist.
pub(crate) fn heads(conn: &mut Conn, users: &[i64]) -> Result<(), Failure> {
    if let Conn::Pg(c) = conn
        && !users.is_empty()
    {
        let heads = inbox_heads::table.filter(inbox_heads::usr.eq_any(users));
        heads.order(inbox_heads::usr).select(inbox_heads::usr).for_update().execute(c)?;
    }
    Ok(())
}

/// Holds what users have left who were deleted.
pub(crate) fn estates(conn: &mut Conn, users: &[i64]) -> Result<(), Failure> {
    if let Conn::Pg(c) = conn {
        let left = estates::table.filter(estates::usr.eq_any(users));
        left.order(estates::usr).select(estates::usr).for_update().execute(c)?;
    }
    Ok(())
}

/// Holds notifications.
pub(crate) fn notifications(conn: &mut Conn, ids: &[i64]) -> Result<(), Failure> {
    if let Conn::Pg(c) = conn {
        let rows = notifications::table.filter(notifications::id.eq_any(ids));
        rows.order(notifications::id).select(notifications::id).for_no_key_update().execute(c)?;
    }
    Ok(())
}

/// Holds what a user has left; `false` if somebody else does.
pub(crate) fn estate(conn: &mut Conn, user: i64) -> Result<bool, Failure> {
    match conn {
        Conn::Sqlite(_) => Ok(true),
        Conn::Pg(c) => {
            let row = estates::table.find(user).select(estates::usr);
            Ok(row.for_update().skip_locked().execute(c)? > 0)
        }
    }
}

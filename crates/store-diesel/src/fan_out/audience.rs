use diesel::prelude::*;

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::locks;
use crate::schema::outbox;
use crate::statements::{Group, List};

/// What waits, as a step needs it.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub(super) struct OutboxRow {
    pub(super) principal: String,
    users: Option<String>,
    company: Option<String>,
    role: Option<String>,
    topic: Option<i64>,
    /// users up to this key are done
    pub(super) reached: i64,
    /// users beyond this key are not meant; none before its time
    pub(super) last: Option<i64>,
    pub(super) chunk: i64,
    /// whether its time has come
    #[diesel(select_expression = outbox::due_at.is_null())]
    pub(super) is_due: bool,
}

impl OutboxRow {
    /// Whom it is for.
    pub(super) fn group(&self) -> Result<Group, Failure> {
        if let Some(users) = &self.users {
            return Ok(Group::Listed(List::of_stored(users)?));
        }
        if let Some(topic) = self.topic {
            return Ok(Group::Topic(topic));
        }
        Ok(match (self.company.clone(), self.role.clone()) {
            (None, None) => Group::Everyone,
            (Some(company), None) => Group::Company(company),
            (None, Some(role)) => Group::Role(role),
            (Some(company), Some(role)) => Group::CompanyAndRole(company, role),
        })
    }
}

/// What waits under that number, if it still does; it stays as it is until the end of the transaction,
/// which is one that writes.
pub(super) fn hold(conn: &mut Conn, id: i64) -> Result<Option<OutboxRow>, Failure> {
    locks::waiting(conn, id)?;
    find(conn, id)
}

/// What waits under that number, if it still does.
pub(super) fn find(conn: &mut Conn, id: i64) -> Result<Option<OutboxRow>, Failure> {
    Ok(on_conn!(conn, c => outbox::table
        .filter(outbox::notification.eq(id))
        .select(OutboxRow::as_select())
        .get_result(c)
        .optional())?)
}

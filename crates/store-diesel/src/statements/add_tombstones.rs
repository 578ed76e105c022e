use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;

use super::List;

/// Notes that these notifications left an inbox at that revision.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AddTombstones<'a> {
    pub(crate) user: i64,
    pub(crate) rev: i64,
    pub(crate) notifications: &'a List,
    pub(crate) removed_at: i64,
}

impl<C> RunQueryDsl<C> for AddTombstones<'_> {}

impl QueryId for AddTombstones<'_> {
    type QueryId = AddTombstones<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Sqlite> for AddTombstones<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("INSERT INTO inbox_tombstones (usr, rev, notification, removed_at) SELECT ");
        out.push_bind_param::<BigInt, _>(&self.user)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.rev)?;
        out.push_sql(", value, ");
        out.push_bind_param::<BigInt, _>(&self.removed_at)?;
        out.push_sql(" FROM json_each(");
        out.push_bind_param::<Text, _>(self.notifications.as_json())?;
        out.push_sql(")");
        Ok(())
    }
}

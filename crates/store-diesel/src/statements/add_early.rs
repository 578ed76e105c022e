use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;

use super::List;

/// Notes that these users have got a notification before their turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AddEarly<'a> {
    pub(crate) notification: i64,
    pub(crate) users: &'a List,
}

impl<C> RunQueryDsl<C> for AddEarly<'_> {}

impl QueryId for AddEarly<'_> {
    type QueryId = AddEarly<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Sqlite> for AddEarly<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("INSERT INTO outbox_early (notification, usr) SELECT ");
        out.push_bind_param::<BigInt, _>(&self.notification)?;
        out.push_sql(", value FROM json_each(");
        out.push_bind_param::<Text, _>(self.users.as_json())?;
        out.push_sql(")");
        Ok(())
    }
}

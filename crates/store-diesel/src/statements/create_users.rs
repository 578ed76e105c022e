use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;

use super::List;

/// Adds users whom only an application knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CreateUsers<'a> {
    pub(crate) ids: &'a List,
    pub(crate) role: &'a str,
    pub(crate) created_at: i64,
}

impl<C> RunQueryDsl<C> for CreateUsers<'_> {}

impl QueryId for CreateUsers<'_> {
    type QueryId = CreateUsers<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Sqlite> for CreateUsers<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("INSERT INTO users (id, role, created_at) SELECT value, ");
        out.push_bind_param::<Text, _>(self.role)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.created_at)?;
        out.push_sql(" FROM json_each(");
        out.push_bind_param::<Text, _>(self.ids.as_json())?;
        out.push_sql(")");
        Ok(())
    }
}

/// Gives users their heads, at zero.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CreateHeads<'a> {
    pub(crate) ids: &'a List,
}

impl<C> RunQueryDsl<C> for CreateHeads<'_> {}

impl QueryId for CreateHeads<'_> {
    type QueryId = CreateHeads<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Sqlite> for CreateHeads<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO inbox_heads (usr, rev, unread, unseen, total) \
             SELECT u.key, 0, 0, 0, 0 FROM json_each(",
        );
        out.push_bind_param::<Text, _>(self.ids.as_json())?;
        out.push_sql(") AS list CROSS JOIN users AS u ON u.id = list.value");
        Ok(())
    }
}

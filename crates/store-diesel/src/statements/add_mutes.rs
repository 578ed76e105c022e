use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;

use super::List;

/// Adds mutes of one user: pairs of category and end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AddMutes<'a> {
    pub(crate) user: i64,
    pub(crate) mutes: &'a List,
}

impl<C> RunQueryDsl<C> for AddMutes<'_> {}

impl QueryId for AddMutes<'_> {
    type QueryId = AddMutes<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Sqlite> for AddMutes<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("INSERT INTO mutes (usr, category, until) SELECT ");
        out.push_bind_param::<BigInt, _>(&self.user)?;
        out.push_sql(", json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(");
        out.push_bind_param::<Text, _>(self.mutes.as_json())?;
        out.push_sql(")");
        Ok(())
    }
}

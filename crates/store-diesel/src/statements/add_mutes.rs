use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Text};
use diesel::sqlite::Sqlite;

use super::List;

/// Adds mutes of one user: categories, and as many ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AddMutes<'a> {
    pub(crate) user: i64,
    pub(crate) categories: &'a List<&'a str>,
    pub(crate) ends: &'a List<i64>,
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
        out.push_sql(", c.value, e.value FROM json_each(");
        out.push_bind_param::<Text, _>(self.categories.as_json())?;
        out.push_sql(") AS c CROSS JOIN json_each(");
        out.push_bind_param::<Text, _>(self.ends.as_json())?;
        out.push_sql(") AS e ON e.key = c.key");
        Ok(())
    }
}

impl QueryFragment<Pg> for AddMutes<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("INSERT INTO mutes (usr, category, until) SELECT ");
        out.push_bind_param::<BigInt, _>(&self.user)?;
        out.push_sql(", category, until FROM unnest(");
        out.push_bind_param::<Array<Text>, _>(self.categories.as_vec())?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(self.ends.as_vec())?;
        out.push_sql(") AS list (category, until)");
        Ok(())
    }
}

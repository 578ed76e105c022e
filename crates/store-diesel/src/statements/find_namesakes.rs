use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;

use super::List;

/// Who logs in by one of these ids: `(that id, the user's own id)`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FindNamesakes<'a> {
    pub(crate) ids: &'a List,
}

impl Query for FindNamesakes<'_> {
    type SqlType = (Text, Text);
}

impl<C> RunQueryDsl<C> for FindNamesakes<'_> {}

impl QueryId for FindNamesakes<'_> {
    type QueryId = FindNamesakes<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Sqlite> for FindNamesakes<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("SELECT list.value, u.id FROM json_each(");
        out.push_bind_param::<Text, _>(self.ids.as_json())?;
        // CROSS JOIN: the list first, then a user by login for each
        out.push_sql(") AS list CROSS JOIN users AS u ON u.login = lower(list.value)");
        Ok(())
    }
}

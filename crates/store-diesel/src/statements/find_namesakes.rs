use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::Text;

use super::{List, Words};

/// Who logs in by one of these ids: `(that id, the user's own id)`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FindNamesakes<'a> {
    pub(crate) ids: &'a List<&'a str>,
}

impl Query for FindNamesakes<'_> {
    type SqlType = (Text, Text);
}

impl<C> RunQueryDsl<C> for FindNamesakes<'_> {}

impl QueryId for FindNamesakes<'_> {
    type QueryId = FindNamesakes<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<DB: Words> QueryFragment<DB> for FindNamesakes<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT list.value, u.id FROM ");
        DB::push_texts(&mut out, self.ids)?;
        out.push_sql(DB::LOOK_UP);
        out.push_sql("users AS u ON u.login = lower(list.value)");
        Ok(())
    }
}

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};

use super::{List, Words};

/// Adds users whom only an application knows, each with the end of whoever had the id before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CreateUsers<'a> {
    pub(crate) ids: &'a List<&'a str>,
    pub(crate) role: &'a str,
    pub(crate) created_at: i64,
}

impl<C> RunQueryDsl<C> for CreateUsers<'_> {}

impl QueryId for CreateUsers<'_> {
    type QueryId = CreateUsers<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<DB: Words> QueryFragment<DB> for CreateUsers<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("INSERT INTO users (id, role, created_at, tokens_after) SELECT list.value, ");
        DB::push_text(&mut out, self.role)?;
        out.push_sql(", ");
        DB::push_number(&mut out, &self.created_at)?;
        out.push_sql(", d.deleted_at FROM ");
        DB::push_texts(&mut out, self.ids)?;
        out.push_sql(" LEFT JOIN deletions AS d ON d.id = list.value");
        out.push_sql(DB::UNLESS_THERE_BY_NOW);
        Ok(())
    }
}

/// Gives users their heads, at zero.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CreateHeads<'a> {
    pub(crate) ids: &'a List<&'a str>,
}

impl<C> RunQueryDsl<C> for CreateHeads<'_> {}

impl QueryId for CreateHeads<'_> {
    type QueryId = CreateHeads<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<DB: Words> QueryFragment<DB> for CreateHeads<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO inbox_heads (usr, rev, unread, unseen, total) \
             SELECT u.key, 0, 0, 0, 0 FROM ",
        );
        DB::push_texts(&mut out, self.ids)?;
        out.push_sql(DB::LOOK_UP);
        out.push_sql("users AS u ON u.id = list.value");
        out.push_sql(DB::UNLESS_THERE_BY_NOW);
        Ok(())
    }
}

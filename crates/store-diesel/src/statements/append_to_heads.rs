use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};

use super::{List, Words};

/// Moves the heads of all these users on by one new item. Answers nothing: to have each head
/// returned takes SQLite as long as all the rest, and nobody else writes between reading and this, or
/// holds these heads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AppendToHeads<'a> {
    pub(crate) users: &'a List<i64>,
}

impl<C> RunQueryDsl<C> for AppendToHeads<'_> {}

impl QueryId for AppendToHeads<'_> {
    type QueryId = AppendToHeads<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<DB: Words> QueryFragment<DB> for AppendToHeads<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO inbox_heads (usr, rev, unread, unseen, total) \
             SELECT list.value, 1, 1, 1, 1 FROM ",
        );
        DB::push_numbers(&mut out, self.users)?;
        // without a WHERE, the ON would be read as that of a join
        out.push_sql(
            " WHERE TRUE ON CONFLICT (usr) DO UPDATE SET rev = inbox_heads.rev + 1, \
             unread = inbox_heads.unread + 1, unseen = inbox_heads.unseen + 1, \
             total = inbox_heads.total + 1",
        );
        Ok(())
    }
}

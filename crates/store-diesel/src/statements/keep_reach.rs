use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};

use super::{List, Words};

/// Notes by which channels users have an address, as a bit for each as in
/// [`ChannelSet`](herald_domain::ChannelSet). Whoever changes an address does so in the same
/// transaction, and holds the user.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeepReach<'a> {
    pub(crate) users: &'a List<i64>,
}

impl<C> RunQueryDsl<C> for KeepReach<'_> {}

impl QueryId for KeepReach<'_> {
    type QueryId = KeepReach<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<DB: Words> QueryFragment<DB> for KeepReach<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        // nothing goes out to a webhook that has not answered a test
        out.push_sql(
            "UPDATE users SET reach = CASE WHEN email IS NULL THEN 0 ELSE 2 END \
             + CASE WHEN phone IS NULL THEN 0 ELSE 4 END \
             + coalesce((SELECT sum(DISTINCT CASE e.channel \
             WHEN 'push' THEN 8 WHEN 'web_push' THEN 16 WHEN 'webhook' THEN 32 END) \
             FROM endpoints AS e WHERE e.usr = users.key \
             AND (e.channel <> 'webhook' OR e.verified_at IS NOT NULL)), 0) \
             WHERE key IN (SELECT list.value FROM ",
        );
        DB::push_numbers(&mut out, self.users)?;
        out.push_sql(")");
        Ok(())
    }
}

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::BigInt;

use super::{List, Words};

/// Those of the users in whose inboxes a notification is the latest change, and where these stand:
/// `(user, (rev, unread, unseen))`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FindReached<'a> {
    pub(crate) users: &'a List<i64>,
    pub(crate) notification: i64,
}

impl Query for FindReached<'_> {
    type SqlType = (BigInt, (BigInt, BigInt, BigInt));
}

impl<C> RunQueryDsl<C> for FindReached<'_> {}

impl QueryId for FindReached<'_> {
    type QueryId = FindReached<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<DB: Words> QueryFragment<DB> for FindReached<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT h.usr, h.rev, h.unread, h.unseen FROM ");
        DB::push_numbers(&mut out, self.users)?;
        out.push_sql(DB::LOOK_UP);
        out.push_sql("inbox_heads AS h ON h.usr = list.value");
        out.push_sql(DB::LOOK_UP);
        out.push_sql("inbox_items AS i ON i.usr = h.usr AND i.seq = h.rev WHERE i.notification = ");
        DB::push_number(&mut out, &self.notification)
    }
}

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;

use super::List;

/// Those of the users in whose inboxes a notification is the latest change, and where these stand:
/// `(user, (rev, unread, unseen))`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FindReached<'a> {
    pub(crate) users: &'a List,
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

impl QueryFragment<Sqlite> for FindReached<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("SELECT h.usr, h.rev, h.unread, h.unseen FROM json_each(");
        out.push_bind_param::<Text, _>(self.users.as_json())?;
        // CROSS JOIN: the list first, then a head and an item by their keys for each
        out.push_sql(
            ") AS list CROSS JOIN inbox_heads AS h ON h.usr = list.value \
             CROSS JOIN inbox_items AS i ON i.usr = h.usr AND i.seq = h.rev \
             WHERE i.notification = ",
        );
        out.push_bind_param::<BigInt, _>(&self.notification)
    }
}

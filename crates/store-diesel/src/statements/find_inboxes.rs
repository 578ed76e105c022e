use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;

use super::List;

/// Those of these ids who exist, and where their inboxes stand:
/// `(place in the list, key, (rev, unread, unseen))`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FindInboxes<'a> {
    pub(crate) ids: &'a List,
}

impl Query for FindInboxes<'_> {
    type SqlType = (BigInt, BigInt, (BigInt, BigInt, BigInt));
}

impl<C> RunQueryDsl<C> for FindInboxes<'_> {}

impl QueryId for FindInboxes<'_> {
    type QueryId = FindInboxes<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Sqlite> for FindInboxes<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(
            "SELECT list.key, u.key, coalesce(h.rev, 0), coalesce(h.unread, 0), \
             coalesce(h.unseen, 0) FROM json_each(",
        );
        out.push_bind_param::<Text, _>(self.ids.as_json())?;
        // CROSS JOIN: the list first, then a user by id for each
        out.push_sql(
            ") AS list CROSS JOIN users AS u ON u.id = list.value \
             LEFT JOIN inbox_heads AS h ON h.usr = u.key",
        );
        Ok(())
    }
}

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use diesel::sqlite::Sqlite;

use super::List;

/// Those of these ids who exist, whether they mute the category now, and where their inboxes stand:
/// `(place in the list, key, muted, (rev, unread, unseen))`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FindInboxes<'a> {
    pub(crate) ids: &'a List,
    /// `None` if no mute holds
    pub(crate) category: Option<&'a str>,
    pub(crate) now: i64,
}

impl Query for FindInboxes<'_> {
    type SqlType = (BigInt, BigInt, Bool, (BigInt, BigInt, BigInt));
}

impl<C> RunQueryDsl<C> for FindInboxes<'_> {}

impl QueryId for FindInboxes<'_> {
    type QueryId = FindInboxes<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Sqlite> for FindInboxes<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(
            "SELECT list.key, u.key, m.usr IS NOT NULL, coalesce(h.rev, 0), \
             coalesce(h.unread, 0), coalesce(h.unseen, 0) FROM json_each(",
        );
        out.push_bind_param::<Text, _>(self.ids.as_json())?;
        // CROSS JOIN: the list first, then a user by id for each
        out.push_sql(
            ") AS list CROSS JOIN users AS u ON u.id = list.value \
             LEFT JOIN inbox_heads AS h ON h.usr = u.key \
             LEFT JOIN mutes AS m ON m.usr = u.key AND m.category = ",
        );
        out.push_bind_param::<Nullable<Text>, _>(&self.category)?;
        out.push_sql(" AND m.until > ");
        out.push_bind_param::<BigInt, _>(&self.now)?;
        Ok(())
    }
}

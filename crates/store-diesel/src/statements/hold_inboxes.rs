use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Text};

use super::List;

/// Those of these ids who exist, and where their inboxes stand until the end of the transaction:
/// `(id, key, (rev, unread, unseen))`; on PostgreSQL.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HoldInboxes<'a> {
    pub(crate) ids: &'a List<&'a str>,
}

impl Query for HoldInboxes<'_> {
    type SqlType = (Text, BigInt, (BigInt, BigInt, BigInt));
}

impl<C> RunQueryDsl<C> for HoldInboxes<'_> {}

impl QueryId for HoldInboxes<'_> {
    type QueryId = HoldInboxes<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for HoldInboxes<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "SELECT u.id, u.key, h.rev, h.unread, h.unseen \
             FROM users AS u JOIN inbox_heads AS h ON h.usr = u.key WHERE u.id = ANY (",
        );
        out.push_bind_param::<Array<Text>, _>(self.ids.as_vec())?;
        out.push_sql(") ORDER BY h.usr FOR UPDATE OF h");
        Ok(())
    }
}

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::sqlite::Sqlite;

use super::List;

/// Adds a notification to the inboxes of all these users, each at the revision where its head
/// stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AddItems<'a> {
    pub(crate) users: &'a List,
    pub(crate) notification: i64,
    pub(crate) category: &'a str,
    pub(crate) collapse: Option<&'a str>,
    pub(crate) expires_at: Option<i64>,
}

impl<C> RunQueryDsl<C> for AddItems<'_> {}

impl QueryId for AddItems<'_> {
    type QueryId = AddItems<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Sqlite> for AddItems<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        // FAIL: whoever writes undoes a failed write as a whole, so SQLite need not copy each page
        // to be able to undo this statement alone
        out.push_sql(
            "INSERT OR FAIL INTO inbox_items (usr, seq, rev, notification, category, collapse, expires_at) \
             SELECT h.usr, h.rev, h.rev, ",
        );
        out.push_bind_param::<BigInt, _>(&self.notification)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(self.category)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Text>, _>(&self.collapse)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<BigInt>, _>(&self.expires_at)?;
        out.push_sql(" FROM json_each(");
        out.push_bind_param::<Text, _>(self.users.as_json())?;
        // CROSS JOIN: the list first, then a head by its key for each
        out.push_sql(") AS list CROSS JOIN inbox_heads AS h ON h.usr = list.value");
        Ok(())
    }
}

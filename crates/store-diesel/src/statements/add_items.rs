use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};

use super::{List, Words};

/// Adds a notification to the inboxes of all these users, each at the revision where its head
/// stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AddItems<'a> {
    pub(crate) users: &'a List<i64>,
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

impl<DB: Words> QueryFragment<DB> for AddItems<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(DB::INSERT);
        out.push_sql(
            "inbox_items (usr, seq, rev, notification, category, collapse, expires_at) \
             SELECT h.usr, h.rev, h.rev, ",
        );
        DB::push_number(&mut out, &self.notification)?;
        out.push_sql(", ");
        DB::push_text(&mut out, self.category)?;
        out.push_sql(", ");
        DB::push_optional_text(&mut out, &self.collapse)?;
        out.push_sql(", ");
        DB::push_optional_number(&mut out, &self.expires_at)?;
        out.push_sql(" FROM ");
        DB::push_numbers(&mut out, self.users)?;
        out.push_sql(DB::LOOK_UP);
        out.push_sql("inbox_heads AS h ON h.usr = list.value");
        Ok(())
    }
}

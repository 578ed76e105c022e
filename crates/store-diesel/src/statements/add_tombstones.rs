use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};

use super::{List, Words};

/// Notes that these notifications left an inbox at that revision.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AddTombstones<'a> {
    pub(crate) user: i64,
    pub(crate) rev: i64,
    pub(crate) notifications: &'a List<i64>,
    pub(crate) removed_at: i64,
}

impl<C> RunQueryDsl<C> for AddTombstones<'_> {}

impl QueryId for AddTombstones<'_> {
    type QueryId = AddTombstones<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<DB: Words> QueryFragment<DB> for AddTombstones<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("INSERT INTO inbox_tombstones (usr, rev, notification, removed_at) SELECT ");
        DB::push_number(&mut out, &self.user)?;
        out.push_sql(", ");
        DB::push_number(&mut out, &self.rev)?;
        out.push_sql(", list.value, ");
        DB::push_number(&mut out, &self.removed_at)?;
        out.push_sql(" FROM ");
        DB::push_numbers(&mut out, self.notifications)
    }
}

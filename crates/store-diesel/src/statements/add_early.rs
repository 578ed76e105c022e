use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};

use super::{List, Words};

/// Notes that these users have got a notification before their turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AddEarly<'a> {
    pub(crate) notification: i64,
    pub(crate) users: &'a List<i64>,
}

impl<C> RunQueryDsl<C> for AddEarly<'_> {}

impl QueryId for AddEarly<'_> {
    type QueryId = AddEarly<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<DB: Words> QueryFragment<DB> for AddEarly<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("INSERT INTO outbox_early (notification, usr) SELECT ");
        DB::push_number(&mut out, &self.notification)?;
        out.push_sql(", list.value FROM ");
        DB::push_numbers(&mut out, self.users)
    }
}

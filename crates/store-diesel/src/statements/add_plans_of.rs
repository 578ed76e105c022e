use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};

use super::{Members, Words};
use crate::notifications::Concern;

/// Leaves it to be decided how those of a group are told of a notification whom it concerns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AddPlansOf<'a> {
    pub(crate) members: Members<'a>,
    pub(crate) notification: i64,
    pub(crate) concern: Concern,
}

impl<C> RunQueryDsl<C> for AddPlansOf<'_> {}

// its text depends on the group
impl QueryId for AddPlansOf<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB: Words> QueryFragment<DB> for AddPlansOf<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("INSERT INTO plans (notification, usr) SELECT ");
        DB::push_number(&mut out, &self.notification)?;
        out.push_sql(", u.key FROM users AS u WHERE ");
        self.members.push_among(&mut out, "u.key")?;
        if !self.concern.all {
            // the first in the words of the index
            out.push_sql(" AND u.reach <> 0 AND ((u.reach & ");
            DB::push_number(&mut out, &self.concern.open)?;
            out.push_sql(") <> 0 OR (u.reach & u.eager & ");
            DB::push_number(&mut out, &self.concern.wanted)?;
            out.push_sql(") <> 0)");
        }
        Ok(())
    }
}

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};

use super::{List, Words};

/// Which addresses of these users nothing goes to: `(user, channel)`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FindSuppressed<'a> {
    pub(crate) users: &'a List<i64>,
}

impl Query for FindSuppressed<'_> {
    type SqlType = (BigInt, Text);
}

impl<C> RunQueryDsl<C> for FindSuppressed<'_> {}

impl QueryId for FindSuppressed<'_> {
    type QueryId = FindSuppressed<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<DB: Words> QueryFragment<DB> for FindSuppressed<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let addresses = ["'email' AND s.address = lower(u.email)", "'sms' AND s.address = u.phone"];
        for (nth, address) in addresses.into_iter().enumerate() {
            out.push_sql(if nth > 0 { " UNION ALL " } else { "" });
            out.push_sql("SELECT u.key, s.channel FROM ");
            DB::push_numbers(&mut out, self.users)?;
            out.push_sql(DB::LOOK_UP);
            out.push_sql("users AS u ON u.key = list.value");
            out.push_sql(DB::LOOK_UP);
            out.push_sql("suppressions AS s ON s.channel = ");
            out.push_sql(address);
        }
        Ok(())
    }
}

//! Diesel never caches an upsert, and this one runs for every recipient.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::BigInt;

/// Moves a user's head on by one new item, and answers it: `(rev, unread, unseen)`.
#[derive(Debug, Clone, Copy, QueryId)]
pub(crate) struct AppendToHead {
    pub(crate) user: i64,
}

impl Query for AppendToHead {
    type SqlType = (BigInt, BigInt, BigInt);
}

impl<C> RunQueryDsl<C> for AppendToHead {}

impl<DB> QueryFragment<DB> for AppendToHead
where
    DB: Backend,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("INSERT INTO inbox_heads (usr, rev, unread, unseen, total) VALUES (");
        out.push_bind_param::<BigInt, _>(&self.user)?;
        out.push_sql(
            ", 1, 1, 1, 1) ON CONFLICT (usr) DO UPDATE SET rev = inbox_heads.rev + 1, \
             unread = inbox_heads.unread + 1, unseen = inbox_heads.unseen + 1, \
             total = inbox_heads.total + 1 \
             RETURNING rev, unread, unseen",
        );
        Ok(())
    }
}

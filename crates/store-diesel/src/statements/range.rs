//! `LIMIT` and `OFFSET` in a form that costs nothing on SQLite.
//!
//! SQLite plans a statement for the very number that is bound to a bare `LIMIT ?`, and so prepares
//! it anew, at 50 to 100 microseconds, whenever one is bound. It does not look into an expression.
//! For the same reason a row found by its key is read by `get_result` and not by `first`, which
//! adds a `LIMIT`.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::BigInt;

/// A query that skips rows, and then answers so many at most.
#[derive(Debug, Clone, Copy, QueryId)]
pub(crate) struct Range<Q> {
    query: Q,
    offset: i64,
    limit: i64,
}

/// [`Range`] as a step of building a query; the last one.
pub(crate) trait RangeDsl: Sized {
    fn range(self, offset: i64, limit: i64) -> Range<Self> {
        Range { query: self, offset, limit }
    }
}

impl<Q: Query> RangeDsl for Q {}

impl<Q: Query> Query for Range<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, C> RunQueryDsl<C> for Range<Q> {}

impl<Q, DB> QueryFragment<DB> for Range<Q>
where
    DB: Backend,
    Q: QueryFragment<DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(" LIMIT (");
        out.push_bind_param::<BigInt, _>(&self.limit)?;
        out.push_sql(" + 0) OFFSET (");
        out.push_bind_param::<BigInt, _>(&self.offset)?;
        out.push_sql(" + 0)");
        Ok(())
    }
}

use std::marker::PhantomData;

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};

use super::{Rows, Words};

/// A piece of a statement that is given many rows.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part {
    /// the same words for every backend
    Sql(&'static str),
    /// see [`Words::INSERT`]
    Insert,
    /// the rows, as a table `list`
    Rows,
    /// see [`Words::LOOK_UP`]
    LookUp,
    /// see [`Words::HOLDING_DECISIONS`]
    HoldingDecisions,
}

/// A statement that is about many rows at once; what it answers is a `T`.
#[derive(Debug)]
pub(crate) struct WithRows<'a, T = ()> {
    parts: &'static [Part],
    rows: &'a Rows,
    answers: PhantomData<T>,
}

impl<'a, T> WithRows<'a, T> {
    pub(crate) fn new(parts: &'static [Part], rows: &'a Rows) -> Self {
        Self { parts, rows, answers: PhantomData }
    }
}

impl<T> Query for WithRows<'_, T> {
    type SqlType = T;
}

impl<T, C> RunQueryDsl<C> for WithRows<'_, T> {}

// found by its text
impl<T> QueryId for WithRows<'_, T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, DB: Words> QueryFragment<DB> for WithRows<'_, T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for part in self.parts {
            match part {
                Part::Sql(sql) => out.push_sql(sql),
                Part::Insert => out.push_sql(DB::INSERT),
                Part::Rows => DB::push_rows(&mut out, self.rows.as_json())?,
                Part::LookUp => out.push_sql(DB::LOOK_UP),
                Part::HoldingDecisions => out.push_sql(DB::HOLDING_DECISIONS),
            }
        }
        Ok(())
    }
}

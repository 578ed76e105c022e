use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Bool, Text};
use diesel::sqlite::Sqlite;

use super::List;

/// Whether a column's value is in a list. Unlike `eq_any`, it is prepared once for lists of every
/// length.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InList<'a, C> {
    column: C,
    list: &'a List,
}

/// [`InList`] as a method of columns.
pub(crate) trait InListDsl: Sized {
    fn in_list(self, list: &List) -> InList<'_, Self> {
        InList { column: self, list }
    }
}

impl<C: Column> InListDsl for C {}

impl<C> Expression for InList<'_, C> {
    type SqlType = Bool;
}

impl<C> ValidGrouping<()> for InList<'_, C> {
    type IsAggregate = is_aggregate::No;
}

impl<C: AppearsOnTable<T>, T> AppearsOnTable<T> for InList<'_, C> {}

impl<C: SelectableExpression<T>, T> SelectableExpression<T> for InList<'_, C> {}

impl<C: QueryId> QueryId for InList<'_, C> {
    type QueryId = InList<'static, C::QueryId>;
    const HAS_STATIC_QUERY_ID: bool = C::HAS_STATIC_QUERY_ID;
}

impl<C: QueryFragment<Sqlite>> QueryFragment<Sqlite> for InList<'_, C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (SELECT value FROM json_each(");
        out.push_bind_param::<Text, _>(self.list.as_json())?;
        out.push_sql("))");
        Ok(())
    }
}

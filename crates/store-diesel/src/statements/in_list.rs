use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Array, Bool, HasSqlType, Text};
use diesel::sqlite::Sqlite;

use super::List;
use super::list::Element;

/// Whether a column's value is in a list. Unlike `eq_any` on SQLite, it is prepared once for lists of
/// every length.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InList<'a, C, T> {
    column: C,
    list: &'a List<T>,
}

/// [`InList`] as a method of columns.
pub(crate) trait InListDsl: Sized {
    fn in_list<T>(self, list: &List<T>) -> InList<'_, Self, T> {
        InList { column: self, list }
    }
}

impl<C: Column> InListDsl for C {}

impl<C, T> Expression for InList<'_, C, T> {
    type SqlType = Bool;
}

impl<C, T> ValidGrouping<()> for InList<'_, C, T> {
    type IsAggregate = is_aggregate::No;
}

impl<C: AppearsOnTable<S>, T, S> AppearsOnTable<S> for InList<'_, C, T> {}

impl<C: SelectableExpression<S>, T, S> SelectableExpression<S> for InList<'_, C, T> {}

// a column has one kind of list, which the column tells apart
impl<C: QueryId, T> QueryId for InList<'_, C, T> {
    type QueryId = InList<'static, C::QueryId, ()>;
    const HAS_STATIC_QUERY_ID: bool = C::HAS_STATIC_QUERY_ID;
}

impl<C: QueryFragment<Sqlite>, T: Element> QueryFragment<Sqlite> for InList<'_, C, T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (SELECT value FROM json_each(");
        out.push_bind_param::<Text, _>(self.list.as_json())?;
        out.push_sql("))");
        Ok(())
    }
}

impl<C: QueryFragment<Pg>, T: Element> QueryFragment<Pg> for InList<'_, C, T>
where
    Pg: HasSqlType<Array<T::SqlType>>,
    Vec<T>: ToSql<Array<T::SqlType>, Pg>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" = ANY (");
        out.push_bind_param::<Array<T::SqlType>, _>(self.list.as_vec())?;
        out.push_sql(")");
        Ok(())
    }
}

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};

use super::{List, Words};

/// Adds mutes of one user: categories, and as many ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AddMutes<'a> {
    pub(crate) user: i64,
    pub(crate) categories: &'a List<&'a str>,
    pub(crate) ends: &'a List<i64>,
}

impl<C> RunQueryDsl<C> for AddMutes<'_> {}

impl QueryId for AddMutes<'_> {
    type QueryId = AddMutes<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<DB: Words> QueryFragment<DB> for AddMutes<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("INSERT INTO mutes (usr, category, until) SELECT ");
        DB::push_number(&mut out, &self.user)?;
        out.push_sql(", list.name, list.number FROM ");
        DB::push_pairs(&mut out, self.categories, self.ends)
    }
}

/// Adds what one user has chosen of the inbox: categories, and for as many whether it is hidden (not 0).
#[derive(Debug, Clone, Copy)]
pub(crate) struct AddInboxChoices<'a> {
    pub(crate) user: i64,
    pub(crate) categories: &'a List<&'a str>,
    pub(crate) hidden: &'a List<i64>,
}

impl<C> RunQueryDsl<C> for AddInboxChoices<'_> {}

impl QueryId for AddInboxChoices<'_> {
    type QueryId = AddInboxChoices<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<DB: Words> QueryFragment<DB> for AddInboxChoices<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("INSERT INTO inbox_choices (usr, category, hidden) SELECT ");
        DB::push_number(&mut out, &self.user)?;
        out.push_sql(", list.name, list.number <> 0 FROM ");
        DB::push_pairs(&mut out, self.categories, self.hidden)
    }
}

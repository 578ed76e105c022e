use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Bool};

use super::unwanted::push_hidden;
use super::{List, Words};

/// Those of these ids who exist, whether they do not want it in the inbox, by which channels they have an
/// address, which they asked for, and where their inboxes stand:
/// `(place in the list, key, unwanted, reach, eager, (rev, unread, unseen))`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FindInboxes<'a> {
    pub(crate) ids: &'a List<&'a str>,
    /// see [`asked_of`](super::asked_of)
    pub(crate) category: Option<&'a str>,
    pub(crate) now: i64,
}

impl Query for FindInboxes<'_> {
    type SqlType = (BigInt, BigInt, Bool, BigInt, BigInt, (BigInt, BigInt, BigInt));
}

impl<C> RunQueryDsl<C> for FindInboxes<'_> {}

impl QueryId for FindInboxes<'_> {
    type QueryId = FindInboxes<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<DB: Words> QueryFragment<DB> for FindInboxes<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT list.key, u.key, m.usr IS NOT NULL OR ");
        push_hidden(&mut out, "u.key", &self.category)?;
        out.push_sql(
            ", u.reach, u.eager, coalesce(h.rev, 0), coalesce(h.unread, 0), \
             coalesce(h.unseen, 0) FROM ",
        );
        DB::push_texts(&mut out, self.ids)?;
        out.push_sql(DB::LOOK_UP);
        out.push_sql(
            "users AS u ON u.id = list.value \
             LEFT JOIN inbox_heads AS h ON h.usr = u.key \
             LEFT JOIN mutes AS m ON m.usr = u.key AND m.category = ",
        );
        DB::push_optional_text(&mut out, &self.category)?;
        out.push_sql(" AND m.until > ");
        DB::push_number(&mut out, &self.now)
    }
}

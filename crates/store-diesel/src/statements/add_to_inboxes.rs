use std::collections::BTreeMap;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use herald_domain::{Category, Content};

use crate::rows::micros;

/// Adds items of many notifications to many inboxes, and moves their heads, which are held; on
/// PostgreSQL.
#[derive(Debug, Default)]
pub(crate) struct AddToInboxes<'a> {
    users: Vec<i64>,
    revs: Vec<i64>,
    notifications: Vec<i64>,
    categories: Vec<&'a str>,
    expiring: Vec<Option<i64>>,
    heads: Vec<i64>,
    counts: Vec<i64>,
}

impl<'a> AddToInboxes<'a> {
    /// Adds an item.
    pub(crate) fn add(&mut self, user: i64, rev: i64, notification: i64, content: &'a Content) {
        self.users.push(user);
        self.revs.push(rev);
        self.notifications.push(notification);
        self.categories.push(content.category.as_ref().map_or("", Category::as_str));
        self.expiring.push(micros(content.expires_at));
    }

    /// Says by how many items each head moves on.
    pub(crate) fn move_on(&mut self, counts: BTreeMap<i64, i64>) {
        (self.heads, self.counts) = counts.into_iter().unzip();
    }
}

impl<C> RunQueryDsl<C> for AddToInboxes<'_> {}

impl QueryId for AddToInboxes<'_> {
    type QueryId = AddToInboxes<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for AddToInboxes<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "WITH moved AS (UPDATE inbox_heads AS h SET rev = h.rev + m.count, \
             unread = h.unread + m.count, unseen = h.unseen + m.count, \
             total = h.total + m.count FROM unnest(",
        );
        out.push_bind_param::<Array<BigInt>, _>(&self.heads)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.counts)?;
        out.push_sql(
            ") AS m (usr, count) WHERE h.usr = m.usr) \
             INSERT INTO inbox_items (usr, seq, rev, notification, category, expires_at) \
             SELECT usr, rev, rev, notification, category, expires_at FROM unnest(",
        );
        out.push_bind_param::<Array<BigInt>, _>(&self.users)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.revs)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.notifications)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.categories)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<BigInt>>, _>(&self.expiring)?;
        out.push_sql(") AS list (usr, rev, notification, category, expires_at)");
        Ok(())
    }
}

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::BigInt;
use diesel::sqlite::Sqlite;

use super::unwanted::push_hidden;
use super::{List, Words};

/// Whom something that waits is for.
#[derive(Debug)]
pub(crate) enum Group {
    Everyone,
    Company(String),
    Role(String),
    CompanyAndRole(String, String),
    Topic(i64),
    Listed(List<i64>),
}

impl Group {
    /// A condition that only users `u` of that company and role meet, as far as it asks for any.
    fn push_employed<'b, DB: Words>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let (company, role) = match self {
            Self::Company(company) => (Some(company), None),
            Self::Role(role) => (None, Some(role)),
            Self::CompanyAndRole(company, role) => (Some(company), Some(role)),
            Self::Everyone | Self::Topic(_) | Self::Listed(_) => (None, None),
        };
        out.push_sql("TRUE");
        if let Some(company) = company {
            out.push_sql(" AND u.company = ");
            DB::push_text(out, company)?;
        }
        if let Some(role) = role {
            out.push_sql(" AND u.role = ");
            DB::push_text(out, role)?;
        }
        Ok(())
    }
}

/// Those of a group whose keys are within a range.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Members<'a> {
    pub(crate) group: &'a Group,
    /// exclusive
    pub(crate) after: i64,
    /// inclusive
    pub(crate) through: i64,
    /// also those who have left the group since that notification was accepted
    pub(crate) leavers_of: Option<i64>,
    /// none of those who have got that notification before their turn
    pub(crate) but_early: Option<i64>,
}

impl<'a> Members<'a> {
    /// Those of a group whose keys are beyond `after`, up to `through`.
    pub(crate) fn within(group: &'a Group, after: i64, through: i64) -> Self {
        Self { group, after, through, leavers_of: None, but_early: None }
    }

    /// A query of their keys, as `key`.
    fn push_keys<'b, DB: Words>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()> {
        match self.group {
            Group::Topic(topic) => {
                out.push_sql("SELECT usr AS key FROM subscriptions WHERE topic = ");
                DB::push_number(out, topic)?;
                self.push_range(out, "usr")
            }
            Group::Listed(users) => {
                out.push_sql("SELECT list.value AS key FROM ");
                DB::push_numbers(out, users)?;
                out.push_sql(" WHERE TRUE");
                self.push_range(out, "list.value")
            }
            group => {
                out.push_sql("SELECT u.key AS key FROM users AS u WHERE ");
                group.push_employed(out)?;
                self.push_range(out, "u.key")
            }
        }
    }

    fn push_range<'b, DB: Words>(
        &'b self,
        out: &mut AstPass<'_, 'b, DB>,
        column: &str,
    ) -> QueryResult<()> {
        out.push_sql(" AND ");
        out.push_sql(column);
        out.push_sql(" > ");
        DB::push_number(out, &self.after)?;
        out.push_sql(" AND ");
        out.push_sql(column);
        out.push_sql(" <= ");
        DB::push_number(out, &self.through)
    }

    /// A condition that only the heads `h` of these users meet.
    fn push_condition<'b, DB: Words>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.push_among(out, "h.usr")?;
        self.push_but_early(out)
    }

    /// A condition that a column meets only if it holds the key of one of them, told early or not.
    pub(super) fn push_among<'b, DB: Words>(
        &'b self,
        out: &mut AstPass<'_, 'b, DB>,
        column: &str,
    ) -> QueryResult<()> {
        if matches!(self.group, Group::Everyone) {
            // whoever has a head is there, and nobody can leave
            out.push_sql("TRUE");
            return self.push_range(out, column);
        }
        out.push_sql(column);
        out.push_sql(" IN (");
        self.push_keys(out)?;
        if let Some(notification) = &self.leavers_of {
            out.push_sql(" UNION ALL SELECT usr FROM outbox_leavers WHERE notification = ");
            DB::push_number(out, notification)?;
            self.push_range(out, "usr")?;
        }
        out.push_sql(")");
        Ok(())
    }

    fn push_but_early<'b, DB: Words>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if let Some(notification) = &self.but_early {
            out.push_sql(" AND h.usr NOT IN (SELECT usr FROM outbox_early WHERE notification = ");
            DB::push_number(out, notification)?;
            self.push_range(out, "usr")?;
            out.push_sql(")");
        }
        Ok(())
    }

    /// A query of the keys of those who are in a list.
    fn push_listed<'b, DB: Words>(
        &'b self,
        out: &mut AstPass<'_, 'b, DB>,
        list: &'b List<i64>,
    ) -> QueryResult<()> {
        out.push_sql("SELECT list.value FROM ");
        DB::push_numbers(out, list)?;
        match self.group {
            Group::Topic(topic) => {
                out.push_sql(DB::LOOK_UP);
                out.push_sql("subscriptions AS s ON s.usr = list.value WHERE s.topic = ");
                DB::push_number(out, topic)?;
            }
            Group::Listed(users) => {
                out.push_sql(" WHERE list.value IN (SELECT list.value FROM ");
                DB::push_numbers(out, users)?;
                out.push_sql(")");
            }
            group => {
                out.push_sql(DB::LOOK_UP);
                out.push_sql("users AS u ON u.key = list.value WHERE ");
                group.push_employed(out)?;
            }
        }
        self.push_range(out, "list.value")
    }
}

/// How many members there are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CountMembers<'a>(pub(crate) Members<'a>);

/// The key of the member who is that many members on; none if there are fewer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NthMember<'a> {
    pub(crate) members: Members<'a>,
    /// from 0
    pub(crate) nth: i64,
}

/// Those members who want what is sent in their inboxes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listening<'a> {
    pub(crate) members: Members<'a>,
    /// see [`asked_of`](super::asked_of)
    pub(crate) category: Option<&'a str>,
    pub(crate) now: i64,
}

impl Listening<'_> {
    fn push_condition<'b, DB: Words>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.members.push_condition(out)?;
        self.push_wanted(out)
    }

    /// A condition that only the heads `h` of those meet who want it.
    fn push_wanted<'b, DB: Words>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let Some(category) = self.category else { return Ok(()) };
        if !category.is_empty() {
            out.push_sql(
                " AND NOT EXISTS (SELECT 1 FROM mutes AS m WHERE m.usr = h.usr AND m.category = ",
            );
            DB::push_text(out, category)?;
            out.push_sql(" AND m.until > ");
            DB::push_number(out, &self.now)?;
            out.push_sql(")");
        }
        out.push_sql(" AND NOT ");
        push_hidden(out, "h.usr", &self.category)
    }
}

/// Where the inboxes of all these users stand: `(user, (rev, unread, unseen))`, in their order. In a
/// transaction that writes, they stand there until its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeadsOf<'a>(pub(crate) Listening<'a>);

/// Where the inboxes stand of those of them who are in a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeadsAmong<'a> {
    pub(crate) to: Listening<'a>,
    pub(crate) list: &'a List<i64>,
    /// whether they stay there until the end of the transaction, which must be one that writes
    pub(crate) hold: bool,
}

/// Moves the heads of all these users on by one new item: on SQLite, before [`AddItemsOf`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct AppendToHeadsOf<'a>(pub(crate) Listening<'a>);

/// Has the heads of all these users stay as they are, one after the other in their order: on PostgreSQL,
/// before [`AddItemsOf`]. Answers how many there are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HoldHeadsOf<'a>(pub(crate) Listening<'a>);

/// Adds a notification to the inboxes of all these users, each at the revision where its head stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AddItemsOf<'a> {
    pub(crate) to: Listening<'a>,
    pub(crate) notification: i64,
    pub(crate) category: &'a str,
    pub(crate) expires_at: Option<i64>,
}

impl<DB: Words> QueryFragment<DB> for CountMembers<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT count(*) FROM (");
        self.0.push_keys(&mut out)?;
        out.push_sql(") AS members");
        Ok(())
    }
}

impl<DB: Words> QueryFragment<DB> for NthMember<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.members.push_keys(&mut out)?;
        // an expression, for the reason in `range`
        out.push_sql(" ORDER BY key LIMIT 1 OFFSET (");
        DB::push_number(&mut out, &self.nth)?;
        out.push_sql(" + 0)");
        Ok(())
    }
}

impl<DB: Words> QueryFragment<DB> for HeadsOf<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT h.usr, h.rev, h.unread, h.unseen FROM inbox_heads AS h WHERE ");
        self.0.push_condition(&mut out)?;
        out.push_sql(" ORDER BY h.usr");
        out.push_sql(DB::HOLDING);
        Ok(())
    }
}

impl<DB: Words> QueryFragment<DB> for HeadsAmong<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let members = &self.to.members;
        out.push_sql(
            "SELECT h.usr, h.rev, h.unread, h.unseen FROM inbox_heads AS h WHERE h.usr IN (",
        );
        members.push_listed(&mut out, self.list)?;
        out.push_sql(")");
        members.push_but_early(&mut out)?;
        self.to.push_wanted(&mut out)?;
        out.push_sql(" ORDER BY h.usr");
        out.push_sql(if self.hold { DB::HOLDING } else { "" });
        Ok(())
    }
}

/// Moves heads `h` on by one new item.
const MOVE_ON: &str = "UPDATE inbox_heads AS h SET rev = h.rev + 1, unread = h.unread + 1, \
     unseen = h.unseen + 1, total = h.total + 1 WHERE ";

impl QueryFragment<Sqlite> for AppendToHeadsOf<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(MOVE_ON);
        self.0.push_condition(&mut out)
    }
}

impl QueryFragment<Pg> for HoldHeadsOf<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT count(*) FROM (SELECT FROM inbox_heads AS h WHERE ");
        self.0.push_condition(&mut out)?;
        out.push_sql(" ORDER BY h.usr FOR UPDATE) AS held");
        Ok(())
    }
}

impl AddItemsOf<'_> {
    fn push_insert<'b, DB: Words>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(DB::INSERT);
        out.push_sql(
            "inbox_items (usr, seq, rev, notification, category, expires_at) \
             SELECT h.usr, h.rev, h.rev, ",
        );
        DB::push_number(out, &self.notification)?;
        out.push_sql(", ");
        DB::push_text(out, self.category)?;
        out.push_sql(", ");
        DB::push_optional_number(out, &self.expires_at)
    }
}

impl QueryFragment<Sqlite> for AddItemsOf<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.push_insert(&mut out)?;
        out.push_sql(" FROM inbox_heads AS h WHERE ");
        self.to.push_condition(&mut out)
    }
}

/// Moves the heads, too: members may come between two statements, and would have an item for which no
/// head has moved.
impl QueryFragment<Pg> for AddItemsOf<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH h AS (");
        out.push_sql(MOVE_ON);
        self.to.push_condition(&mut out)?;
        out.push_sql(" RETURNING h.usr, h.rev) ");
        self.push_insert(&mut out)?;
        out.push_sql(" FROM h");
        Ok(())
    }
}

impl Query for CountMembers<'_> {
    type SqlType = BigInt;
}

impl Query for HoldHeadsOf<'_> {
    type SqlType = BigInt;
}

impl Query for NthMember<'_> {
    type SqlType = BigInt;
}

impl Query for HeadsAmong<'_> {
    type SqlType = (BigInt, (BigInt, BigInt, BigInt));
}

impl Query for HeadsOf<'_> {
    type SqlType = (BigInt, (BigInt, BigInt, BigInt));
}

/// Their text depends on the group, so that Diesel finds what it has prepared by the text.
macro_rules! told_apart_by_text {
    ($($statement:ident),+) => {
        $(
            impl<C> RunQueryDsl<C> for $statement<'_> {}

            impl QueryId for $statement<'_> {
                type QueryId = ();
                const HAS_STATIC_QUERY_ID: bool = false;
            }
        )+
    };
}
told_apart_by_text!(
    CountMembers,
    NthMember,
    HeadsOf,
    HeadsAmong,
    AppendToHeadsOf,
    HoldHeadsOf,
    AddItemsOf
);

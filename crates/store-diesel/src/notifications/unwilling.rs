use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use herald_domain::{Draft, Timestamp};

use crate::failure::Failure;
use crate::postgres::PgConnection;
use crate::schema::{inbox_choices, mutes};
use crate::statements::{OTHERS, asked_of};

/// Who does not want something in the inbox, of those whom sends are for that share a transaction.
pub(super) struct Unwilling {
    /// until when, by user and category
    mutes: HashMap<i64, HashMap<String, i64>>,
    /// whether the inbox is turned off, by user and category
    hidden: HashMap<i64, HashMap<String, bool>>,
}

impl Unwilling {
    /// Looks for mutes of all these users, if anything that is sent has a category, and for the choices of
    /// those who are `choosy`, if anybody is.
    pub(super) fn among<'a>(
        conn: &mut PgConnection,
        users: Vec<i64>,
        choosy: Vec<i64>,
        drafts: impl Iterator<Item = &'a Draft>,
    ) -> Result<Self, Failure> {
        let mut unwilling = Self { mutes: HashMap::new(), hidden: HashMap::new() };
        let mut categories: HashSet<&str> =
            drafts.filter_map(|draft| asked_of(&draft.content)).collect();
        if categories.is_empty() {
            return Ok(unwilling);
        }
        categories.remove("");
        let mut categories: Vec<&str> = categories.into_iter().collect();
        if !categories.is_empty() {
            let rows: Vec<(i64, String, i64)> = mutes::table
                .filter(mutes::usr.eq_any(users))
                .filter(mutes::category.eq_any(&categories))
                .select((mutes::usr, mutes::category, mutes::until))
                .load(conn)?;
            for (user, category, until) in rows {
                unwilling.mutes.entry(user).or_default().insert(category, until);
            }
        }
        if !choosy.is_empty() {
            categories.push(OTHERS);
            let rows: Vec<(i64, String, bool)> = inbox_choices::table
                .filter(inbox_choices::usr.eq_any(choosy))
                .filter(inbox_choices::category.eq_any(categories))
                .select((inbox_choices::usr, inbox_choices::category, inbox_choices::hidden))
                .load(conn)?;
            for (user, category, hidden) in rows {
                unwilling.hidden.entry(user).or_default().insert(category, hidden);
            }
        }
        Ok(unwilling)
    }

    /// Whether the user does not want what is [asked of](asked_of) that category.
    pub(super) fn has(&self, user: i64, category: &str, now: Timestamp) -> bool {
        let until = self.mutes.get(&user).and_then(|mutes| mutes.get(category));
        let hidden = || {
            let chosen = self.hidden.get(&user)?;
            chosen.get(category).or_else(|| chosen.get(OTHERS)).copied()
        };
        until.is_some_and(|until| *until > now.as_micros()) || hidden().unwrap_or(false)
    }
}

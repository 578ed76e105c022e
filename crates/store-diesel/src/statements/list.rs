use std::fmt::Write as _;

use herald_domain::{Category, UserId};

use crate::failure::{Failure, column};

/// Values for one parameter of a statement, as a JSON array: however many they are, the statement is
/// the same, and prepared once.
#[derive(Debug)]
pub(crate) struct List(String);

impl List {
    pub(crate) fn of_numbers(numbers: impl IntoIterator<Item = i64>) -> Self {
        Self::of(numbers, |out, number| write!(out, "{number}"))
    }

    /// A list that was kept as [`List::as_json`] gave it.
    pub(crate) fn of_stored(json: String) -> Self {
        Self(json)
    }

    pub(crate) fn of_ids<'a>(ids: impl IntoIterator<Item = &'a UserId>) -> Self {
        // no id has a character that JSON would escape
        Self::of(ids, |out, id| write!(out, "\"{id}\""))
    }

    /// Categories, each with the end of its mute.
    pub(crate) fn of_mutes<'a>(mutes: impl IntoIterator<Item = (&'a Category, i64)>) -> Self {
        // no category has such a character either
        Self::of(mutes, |out, (category, until)| write!(out, "[\"{category}\",{until}]"))
    }

    fn of<T>(
        values: impl IntoIterator<Item = T>,
        put: impl Fn(&mut String, T) -> std::fmt::Result,
    ) -> Self {
        let mut json = String::from("[");
        for (nth, value) in values.into_iter().enumerate() {
            if nth > 0 {
                json.push(',');
            }
            // writing to a string cannot fail
            let _ = put(&mut json, value);
        }
        json.push(']');
        Self(json)
    }

    /// Of users in ascending order, so many of those beyond `after`, and the last of these.
    pub(crate) fn part(&self, after: i64, count: i64) -> Result<(Self, Option<i64>), Failure> {
        let users: Vec<i64> = column("outbox", "users", serde_json::from_str(&self.0))?;
        let first = users.partition_point(|user| *user <= after);
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let users = &users[first..];
        let users = &users[..count.min(users.len())];
        Ok((Self::of_numbers(users.iter().copied()), users.last().copied()))
    }

    pub(crate) fn as_json(&self) -> &str {
        &self.0
    }
}

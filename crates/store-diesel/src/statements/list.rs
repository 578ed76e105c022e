use std::cell::OnceCell;
use std::fmt::Write as _;

use diesel::sql_types::{BigInt, Text};
use herald_domain::UserId;

use crate::failure::{Failure, column};

/// Values for one parameter of a statement: however many they are, the statement is the same, and
/// prepared once. SQLite is given them as a JSON array, PostgreSQL as an array.
#[derive(Debug)]
pub(crate) struct List<T> {
    values: Vec<T>,
    json: OnceCell<String>,
}

/// What lists are made of.
pub(crate) trait Element {
    type SqlType: 'static;

    fn write_json(&self, out: &mut String) -> std::fmt::Result;
}

impl Element for i64 {
    type SqlType = BigInt;

    fn write_json(&self, out: &mut String) -> std::fmt::Result {
        write!(out, "{self}")
    }
}

impl Element for &str {
    type SqlType = Text;

    /// Of texts without a character that JSON would escape.
    fn write_json(&self, out: &mut String) -> std::fmt::Result {
        write!(out, "\"{self}\"")
    }
}

impl List<i64> {
    pub(crate) fn of_numbers(numbers: impl IntoIterator<Item = i64>) -> Self {
        Self::of(numbers)
    }

    /// A list of users that waits, as [`List::as_json`] gave it.
    pub(crate) fn of_stored(json: &str) -> Result<Self, Failure> {
        let values: Vec<i64> = column("outbox", "users", serde_json::from_str(json))?;
        Ok(Self::of(values))
    }

    /// Of users in ascending order, so many of those beyond `after`, and the last of these.
    pub(crate) fn part(&self, after: i64, count: i64) -> (Self, Option<i64>) {
        let first = self.values.partition_point(|user| *user <= after);
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let users = &self.values[first..];
        let users = &users[..count.min(users.len())];
        (Self::of(users.iter().copied()), users.last().copied())
    }
}

impl<'a> List<&'a str> {
    /// No id has a character that JSON would escape.
    pub(crate) fn of_ids(ids: impl IntoIterator<Item = &'a UserId>) -> Self {
        Self::of(ids.into_iter().map(UserId::as_str))
    }

    /// No category has such a character either.
    pub(crate) fn of_categories(categories: impl IntoIterator<Item = &'a str>) -> Self {
        Self::of(categories)
    }
}

impl<T: Element> List<T> {
    fn of(values: impl IntoIterator<Item = T>) -> Self {
        Self { values: values.into_iter().collect(), json: OnceCell::new() }
    }

    pub(crate) fn as_vec(&self) -> &Vec<T> {
        &self.values
    }

    pub(crate) fn as_json(&self) -> &str {
        self.json.get_or_init(|| {
            let mut json = String::from("[");
            for (nth, value) in self.values.iter().enumerate() {
                if nth > 0 {
                    json.push(',');
                }
                // writing to a string cannot fail
                let _ = value.write_json(&mut json);
            }
            json.push(']');
            json
        })
    }
}

use std::fmt::Write as _;

use herald_domain::UserId;
use herald_ports::Delivered;

/// Values for one parameter of a statement, as a JSON array: however many they are, the statement is
/// the same, and prepared once.
#[derive(Debug)]
pub(crate) struct List(String);

impl List {
    pub(crate) fn of_users(of: &[Delivered]) -> Self {
        Self::of(of, |out, inbox| write!(out, "{}", inbox.user.get()))
    }

    pub(crate) fn of_ids(ids: &[UserId]) -> Self {
        // no id has a character that JSON would escape
        Self::of(ids, |out, id| write!(out, "\"{id}\""))
    }

    fn of<T>(values: &[T], put: impl Fn(&mut String, &T) -> std::fmt::Result) -> Self {
        let mut json = String::from("[");
        for (nth, value) in values.iter().enumerate() {
            if nth > 0 {
                json.push(',');
            }
            // writing to a string cannot fail
            let _ = put(&mut json, value);
        }
        json.push(']');
        Self(json)
    }

    pub(crate) fn as_json(&self) -> &str {
        &self.0
    }
}

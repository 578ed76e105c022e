use serde::Serialize;

use crate::failure::Failure;

/// Rows for one parameter of a statement: however many they are, the statement is the same, and prepared
/// once. A row is a tuple, whose parts are found by their place: see [`number`] and its like.
#[derive(Debug)]
pub(crate) struct Rows {
    json: String,
    count: usize,
}

impl Rows {
    pub(crate) fn of<T: Serialize>(rows: &[T]) -> Result<Self, Failure> {
        let json = serde_json::to_string(rows);
        let json = json.map_err(|error| Failure::Corrupt(format!("rows: {error}")))?;
        Ok(Self { json, count: rows.len() })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn as_json(&self) -> &str {
        &self.json
    }
}

/// The number at that place of a row.
macro_rules! number {
    ($place:literal) => {
        concat!("CAST(list.value ->> ", $place, " AS BIGINT)")
    };
}
pub(crate) use number;

/// Whether there is a `true` at that place of a row.
macro_rules! truth {
    ($place:literal) => {
        concat!("CAST(list.value ->> ", $place, " AS BOOLEAN)")
    };
}
pub(crate) use truth;

/// The text at that place of a row.
macro_rules! text {
    ($place:literal) => {
        concat!("(list.value ->> ", $place, ")")
    };
}
pub(crate) use text;

use std::io::Write;

use minijinja::{Error, ErrorKind, Value, value::ValueKind};

use super::LONGEST;
use super::text::is_empty;
use crate::output::Bounded;

/// Another value, where there is none.
pub(super) fn default(value: &Value, other: Option<Value>) -> Value {
    if is_empty(value) { other.unwrap_or_default() } else { value.clone() }
}

/// The names and values of an object, in the order of names.
pub(super) fn items(value: &Value) -> Result<Value, Error> {
    if is_empty(value) { Ok(Value::UNDEFINED) } else { minijinja::filters::items(value) }
}

/// The first of a list; nothing, if it is empty.
pub(super) fn first(value: &Value) -> Result<Value, Error> {
    Ok(members(value)?.next().unwrap_or_default())
}

/// The last of a list; nothing, if it is empty.
pub(super) fn last(value: &Value) -> Result<Value, Error> {
    Ok(members(value)?.last().unwrap_or_default())
}

/// How many characters or members; of what has none, 0.
pub(super) fn length(value: &Value) -> usize {
    value.as_str().map_or_else(|| value.len().unwrap_or(0), |text| text.chars().count())
}

/// The members of a list in one text.
pub(super) fn join(value: &Value, separator: Option<&str>) -> Result<String, Error> {
    let mut text = Bounded::new(LONGEST);
    for (index, member) in members(value)?.enumerate() {
        let separator = if index == 0 { "" } else { separator.unwrap_or("") };
        write!(text, "{separator}{member}").map_err(|_| too_long())?;
    }
    Ok(text.into_text())
}

/// The value as JSON; nothing is `null`.
pub(super) fn json(value: &Value) -> Result<String, Error> {
    let mut text = Bounded::new(LONGEST);
    serde_json::to_writer(&mut text, value)
        .map_err(|error| if error.is_io() { too_long() } else { invalid(error.to_string()) })?;
    Ok(text.into_text())
}

fn members(value: &Value) -> Result<impl Iterator<Item = Value>, Error> {
    if is_empty(value) {
        return Value::from(Vec::<Value>::new()).try_iter();
    }
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => value.try_iter(),
        kind => Err(invalid(format!("a {kind} is no list"))),
    }
}

fn invalid(why: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, why)
}

pub(super) fn too_long() -> Error {
    invalid("comes to more than 256 KiB".to_owned())
}

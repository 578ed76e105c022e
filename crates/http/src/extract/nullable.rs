use serde::{Deserialize, Deserializer};

/// Reads a field that is given: `Some(None)` if it is null. With `#[serde(default)]`, one that is not
/// given is `None`.
pub(crate) fn nullable<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

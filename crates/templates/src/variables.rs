use minijinja::Value;
use serde_json::Value as Json;

/// What templates read. `null` is left out, so that it is what anything else is that is not there: empty.
pub(crate) fn variables(json: &Json) -> Value {
    match json {
        Json::Null => Value::UNDEFINED,
        Json::Bool(value) => Value::from(*value),
        Json::Number(number) => Value::from_serialize(number),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(members) => members.iter().map(variables).collect(),
        Json::Object(members) => members
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.as_str(), variables(value)))
            .collect(),
    }
}

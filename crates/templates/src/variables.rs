use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr};
use serde_json::Value as Json;

/// What templates read. `null` is left out, so that it is what anything else is that is not there: empty.
pub(crate) fn variables(json: &Json) -> Value {
    match json {
        Json::Null => Value::UNDEFINED,
        Json::Bool(value) => Value::from(*value),
        Json::Number(number) => Value::from_serialize(number),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(members) => Value::from_object(List(members.iter().map(variables).collect())),
        Json::Object(members) => {
            let members = members.iter().filter(|(_, value)| !value.is_null());
            let members =
                members.map(|(name, value)| (Value::from(name.as_str()), variables(value)));
            Value::from_object(Record(members.collect()))
        }
    }
}

/// A list. Written out it is short, so that no step of a template takes as long as a long list is; who wants
/// it whole has `join` and `json`.
#[derive(Debug)]
struct List(Vec<Value>);

impl Object for List {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, index: &Value) -> Option<Value> {
        self.0.get(index.as_usize()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.0.len())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[…]")
    }
}

/// An object, written out as short, for the same reason.
#[derive(Debug)]
struct Record(BTreeMap<Value, Value>);

impl Object for Record {
    fn get_value(self: &Arc<Self>, name: &Value) -> Option<Value> {
        self.0.get(name).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.keys().cloned().collect())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.0.len())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{…}")
    }
}

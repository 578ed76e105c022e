//! Examples of answers, put together from those of their parts.

use serde_json::{Map, Value};
use utoipa::openapi::path::Operation;
use utoipa::openapi::{Components, RefOr};

/// Gives every successful answer with a JSON body an example, unless it has one of its own.
pub(super) fn add<'a>(
    operations: impl Iterator<Item = &'a mut Operation>,
    components: Option<&Components>,
) {
    let components = json(components);
    let answers = operations.flat_map(|operation| &mut operation.responses.responses);
    for (_, answer) in answers.filter(|(status, _)| status.starts_with('2')) {
        let RefOr::T(answer) = answer else { continue };
        for content in answer.content.values_mut() {
            let RefOr::T(content) = content else { continue };
            if content.example.is_none() {
                content.example = Some(example(&json(&content.schema), &components));
            }
        }
    }
}

fn json(part: impl serde::Serialize) -> Value {
    // what is made of plain structs is written without fail
    serde_json::to_value(part).unwrap_or_default()
}

/// A value of a schema: the one it gives, or else of what it consists of. `null` where it gives none.
fn example(schema: &Value, components: &Value) -> Value {
    let example = |schema| example(schema, components);
    if let Some(given) = schema.get("example") {
        return given.clone();
    }
    if let Some(named) = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/components"))
    {
        return components.pointer(named).map(example).unwrap_or_default();
    }
    if let Some(first) = schema["oneOf"].get(0) {
        return example(first);
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let members = parts.iter().filter_map(|part| match example(part) {
            Value::Object(members) => Some(members),
            _ => None,
        });
        return members.flatten().collect::<Map<_, _>>().into();
    }
    match (schema["type"].as_str(), schema["properties"].as_object()) {
        (Some("object"), Some(members)) => {
            let members = members.iter().map(|(name, member)| (name.clone(), example(member)));
            members.collect::<Map<_, _>>().into()
        }
        (Some("array"), _) => vec![example(&schema["items"])].into(),
        (Some("boolean"), _) => false.into(),
        _ => Value::Null,
    }
}

use std::collections::HashSet;
use std::path::Path;

use serde_json::{Value, json};

fn document() -> Value {
    serde_json::to_value(herald_http::openapi()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (format!("{method} {path}"), operation))
    });
    each.collect()
}

#[test]
fn the_document_in_docs_is_this_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let current = herald_http::openapi().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(
        kept == current,
        "docs/openapi.json is out of date: run the test with UPDATE_OPENAPI=1"
    );
}

#[test]
fn every_operation_says_what_a_client_needs() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(document["servers"][0]["url"], "/");
    assert_eq!(document["security"], json!([{"bearer": []}]));
    let tags: HashSet<_> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].clone()).collect();
    let mut ids = HashSet::new();
    for (name, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(
            id.chars().all(char::is_alphanumeric) && id.starts_with(char::is_lowercase),
            "{name}: {id}"
        );
        assert!(ids.insert(id), "{name}: {id} is taken");
        let [tag] = operation["tags"].as_array().unwrap().as_slice() else {
            panic!("{name}: one tag")
        };
        assert!(tags.contains(tag), "{name}: {tag}");
        assert!(operation["summary"].is_string(), "{name}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(parameter["description"].is_string(), "{name}: {}", parameter["name"]);
        }
    }
    assert!(ids.len() >= 22);
}

#[test]
fn every_operation_says_how_it_fails() {
    let document = document();
    for (name, operation) in operations(&document) {
        let responses = operation["responses"].as_object().unwrap();
        let is_public = operation["security"].as_array().is_some_and(Vec::is_empty);
        if !is_public {
            assert!(responses.contains_key("401") && responses.contains_key("403"), "{name}");
        }
        if !operation["requestBody"].is_null() {
            for status in ["400", "408", "413", "415", "422"] {
                assert!(responses.contains_key(status), "{name}: {status}");
            }
            let content = &operation["requestBody"]["content"]["application/json"];
            assert!(!content["example"].is_null(), "{name}: an example");
        }
        let fails = responses.iter().filter(|(status, _)| status.starts_with('4'));
        for (status, response) in fails.chain(responses.get_key_value("default")) {
            let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Problem", "{name}: {status}");
        }
        if operation["tags"][0] != "health" {
            for status in ["422", "500", "503", "507"] {
                assert!(responses.contains_key(status), "{name}: {status}");
            }
        }
    }
}

#[test]
fn every_example_is_what_its_schema_asks_for() {
    let document = document();
    let check = |name: &str, content: &Value| {
        let example = &content["example"];
        assert!(!example.is_null(), "{name}: an example");
        let mut schema = content["schema"].clone();
        schema["components"] = document["components"].clone();
        let schema = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        let errors: Vec<_> = schema.iter_errors(example).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?} in {example}");
    };
    let mut answers = 0;
    for (name, operation) in operations(&document) {
        let request = &operation["requestBody"]["content"];
        for content in request.as_object().into_iter().flat_map(|content| content.values()) {
            check(&name, content);
        }
        let responses = operation["responses"].as_object().unwrap();
        for (_, response) in responses.iter().filter(|(status, _)| status.starts_with('2')) {
            let content = response["content"].as_object();
            for content in content.into_iter().flat_map(|content| content.values()) {
                check(&name, content);
                answers += 1;
            }
        }
    }
    assert!(answers >= 18);
}

#[test]
fn every_reference_leads_somewhere() {
    fn references(value: &Value, found: &mut HashSet<String>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = HashSet::new();
    references(&document, &mut found);
    assert!(found.len() > 10);
    for reference in found {
        assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
    }
}

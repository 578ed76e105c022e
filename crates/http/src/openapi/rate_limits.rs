//! The headers by which a caller is told how it stands.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::{Object, RefOr, Response, Type};

const TOO_MANY_REQUESTS: &str = "429";

/// Adds them to every answer of an operation that says what it is of, and to its refusal.
pub(super) fn describe(responses: &mut BTreeMap<String, RefOr<Response>>) {
    for (status, response) in responses {
        let RefOr::T(response) = response else { continue };
        let is_refusal = status == TOO_MANY_REQUESTS;
        if !is_refusal && !status.starts_with(['1', '2', '3']) {
            continue;
        }
        let mut add = |name: &str, kind, description: &str, example| {
            response.headers.insert(name.to_owned(), header(kind, description, example).into());
        };
        let left = "what is left of each quota that the request counts against: `r` requests \
                    within the next `t` seconds; absent where there is no limit";
        add("RateLimit", Type::String, left, json!("\"read\";r=29999;t=1"));
        let quotas = "those quotas: `q` requests in `w` seconds";
        add("RateLimit-Policy", Type::String, quotas, json!("\"read\";q=30000;w=60"));
        if is_refusal {
            add("Retry-After", Type::Integer, "after how many seconds to ask again", json!(1));
        }
    }
}

fn header(kind: Type, description: &str, example: Value) -> Header {
    HeaderBuilder::new()
        .schema(Some(Object::with_type(kind)))
        .description(Some(description))
        .example(Some(example))
        .build()
}

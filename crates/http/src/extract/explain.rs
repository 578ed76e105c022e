use herald_domain::{Rule, Violation};

use crate::problem::{Code, Problem};

/// Says where a body ceases to be JSON.
pub(super) fn malformed(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    let detail = format!("the body is not JSON: see line {line}, column {column}");
    Problem::new(Code::MalformedJson, detail)
}

/// Says which rule a body breaks that is JSON, but not the value that was asked for.
///
/// serde's own text may repeat the value, which may be a secret: only what it expected is passed on.
pub(super) fn explain(field: &str, message: &str) -> Violation {
    let field = if field == "." { "body" } else { field };
    let place = message.rfind(" at line ").unwrap_or(message.len());
    let message = &message[..place];
    if let Some(name) = quoted(message, "missing field ") {
        return Violation::new(within(field, name), Rule::Required, "must be given");
    }
    if let Some(name) = quoted(message, "duplicate field ") {
        return Violation::new(within(field, name), Rule::Contradiction, "must be given once only");
    }
    if let Some(name) = quoted(message, "unknown field ") {
        let detail = match expected(message) {
            Some(known) => format!("is not a field here; known are {known}"),
            None => "is not a field here".to_owned(),
        };
        return Violation::new(within(field, name), Rule::Unknown, detail);
    }
    let unknown = message.starts_with("unknown variant ");
    let (rule, intro) =
        if unknown { (Rule::Unknown, "must be one of") } else { (Rule::Format, "must be") };
    let detail = match expected(message) {
        Some(wanted) => format!("{intro} {wanted}"),
        None => "has not the form asked for".to_owned(),
    };
    Violation::new(shortened(field), rule, detail)
}

/// The name between backticks that follows `intro`.
fn quoted<'a>(message: &'a str, intro: &str) -> Option<&'a str> {
    message.strip_prefix(intro)?.strip_prefix('`')?.split('`').next()
}

/// What serde expected, in the words of JSON. Only the last mention counts: an earlier one may be
/// part of the value.
fn expected(message: &str) -> Option<String> {
    let (_, wanted) = message.rsplit_once(", expected ")?;
    Some(match wanted {
        "a map" => "an object".to_owned(),
        "a sequence" => "an array".to_owned(),
        names if names.contains('`') => {
            names.replace("one of ", "").replace(" or ", ", ").replace('`', "")
        }
        other => other.to_owned(),
    })
}

/// The field's path, unless it already ends there.
fn within(parent: &str, name: &str) -> String {
    let ends_there =
        parent == name || parent.strip_suffix(name).is_some_and(|before| before.ends_with('.'));
    match parent {
        "body" => shortened(name),
        _ if ends_there => shortened(parent),
        _ => shortened(&format!("{parent}.{name}")),
    }
}

/// The names of unknown fields are the caller's, and may be as long as a body.
fn shortened(field: &str) -> String {
    field.chars().take(128).collect()
}

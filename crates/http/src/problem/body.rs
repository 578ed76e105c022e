use herald_domain::Violation;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::{Code, Problem};

/// A problem as RFC 9457 writes it, with members of our own: `code`, `errors` and `request_id`.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody<'a> {
    #[serde(flatten)]
    part: EntryProblem<'a>,
    /// the path that was asked for
    #[schema(example = "/api/v1/notifications")]
    instance: &'a str,
    /// names this request in the server's log
    #[schema(example = "9f86d081884c7d65")]
    request_id: &'a str,
}

/// The problem of one part of a request; path and id are those of the whole.
#[derive(Serialize, ToSchema)]
#[schema(as = EntryProblem)]
pub(crate) struct EntryProblem<'a> {
    /// where this kind of problem is explained, relative to this server
    #[serde(rename = "type", serialize_with = "explained_at")]
    #[schema(value_type = String, format = "uri-reference", example = "/docs/problems#validation")]
    kind: Code,
    /// what this kind of problem is, the same every time
    #[schema(example = "request not valid")]
    title: &'static str,
    /// the HTTP status
    #[schema(minimum = 400, maximum = 599, example = 422)]
    status: u16,
    /// what went wrong this time
    #[schema(example = "message: must not be empty")]
    detail: &'a str,
    /// the kind of problem, as a name that does not change
    #[schema(example = "validation")]
    code: &'static str,
    /// each rule that was broken; empty where the problem is another
    #[schema(value_type = Vec<BrokenRule>)]
    errors: &'a [Violation],
}

/// One broken rule.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents `herald_domain::Violation`, which is what is written")]
pub(crate) struct BrokenRule {
    /// the field, as a path into the body, or the name of a parameter or header
    #[schema(example = "message")]
    field: String,
    rule: RuleName,
    /// what the rule asks for
    #[schema(example = "must not be empty")]
    detail: String,
}

/// The rules that an input can break.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents `herald_domain::Rule`, which is what is written")]
pub(crate) enum RuleName {
    Required,
    TooLong,
    TooShort,
    Format,
    OutOfRange,
    Contradiction,
    Unknown,
    Forbidden,
}

impl<'a> ProblemBody<'a> {
    pub(super) fn new(problem: &'a Problem, instance: &'a str, request_id: &'a str) -> Self {
        Self { part: EntryProblem::new(problem), instance, request_id }
    }
}

impl<'a> EntryProblem<'a> {
    fn new(problem: &'a Problem) -> Self {
        let code = problem.code;
        Self {
            kind: code,
            title: code.title(),
            status: code.status().as_u16(),
            detail: &problem.detail,
            code: code.as_str(),
            errors: &problem.errors,
        }
    }
}

/// Writes a refused notification of a batch as the problem that it would have been alone.
pub(crate) fn refused_entry<S: Serializer>(
    violations: &[Violation],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    EntryProblem::new(&Problem::violations(violations)).serialize(serializer)
}

fn explained_at<S: Serializer>(code: &Code, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("/docs/problems#{}", code.as_str()))
}

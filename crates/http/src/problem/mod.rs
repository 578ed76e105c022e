//! Everything that can go wrong, as RFC 9457 has it.

mod body;
mod code;
mod convert;
mod render;

use std::fmt;

use actix_web::http::header::HeaderValue;
use herald_domain::{Rule, Violation, Violations};

pub(crate) use body::{EntryProblem, ProblemBody, refused_entry};
pub(crate) use code::Code;
pub(crate) use render::complete;

use crate::limit::Class;

/// Why a request was not served.
#[derive(Debug)]
pub(crate) struct Problem {
    code: Code,
    detail: String,
    errors: Vec<Violation>,
    /// what would be right, where that depends on the occurrence
    advice: Option<Advice>,
    /// what only the log is told
    source: Option<String>,
}

/// What the caller should do instead.
#[derive(Debug)]
enum Advice {
    /// ask by one of these methods
    Allow(HeaderValue),
    /// ask again after so many seconds
    RetryAfter(u64),
}

impl Problem {
    /// A problem, with what the caller should know of this occurrence.
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), advice: None, source: None }
    }

    /// Broken rules. Where one of them is that the caller may not ask for it, that is the problem.
    pub(crate) fn violations(errors: impl Into<Vec<Violation>>) -> Self {
        let errors = errors.into();
        let forbidden = errors.iter().find(|violation| violation.rule == Rule::Forbidden);
        let (code, detail) = match (forbidden, errors.as_slice()) {
            (Some(violation), _) => (Code::Forbidden, violation.detail.clone()),
            (None, [violation]) => (Code::Validation, violation.to_string()),
            (None, many) => (Code::Validation, format!("{} fields break rules", many.len())),
        };
        Self { errors, ..Self::new(code, detail) }
    }

    /// The broken rules; a problem of another kind stands for one that says the same.
    pub(crate) fn into_violations(self) -> Violations {
        let mut violations = Violations::default();
        if self.errors.is_empty() {
            violations.push(Violation::new("body", Rule::Format, self.detail));
        }
        self.errors.into_iter().for_each(|violation| violations.push(violation));
        violations
    }

    /// There is no such thing, or the caller may not know of it: nobody can tell which.
    pub(crate) fn not_found() -> Self {
        Self::new(Code::NotFound, "there is nothing here by that name")
    }

    /// The path exists, but not for this method.
    pub(crate) fn method_not_allowed(allow: HeaderValue) -> Self {
        let detail = "this path answers the methods in the allow header only";
        Self { advice: Some(Advice::Allow(allow)), ..Self::new(Code::MethodNotAllowed, detail) }
    }

    /// The caller asks too often, and may come again after so many seconds.
    pub(crate) fn rate_limited(class: Class, seconds: u64) -> Self {
        let detail = format!("the quota {} is used up; ask again in {seconds} s", class.as_str());
        let advice = Some(Advice::RetryAfter(seconds));
        Self { advice, ..Self::new(Code::RateLimited, detail) }
    }

    /// Something that is not the caller's doing: the log is told what, the caller is not.
    pub(crate) fn hidden(code: Code, detail: &str, source: &dyn fmt::Display) -> Self {
        Self { source: Some(source.to_string()), ..Self::new(code, detail) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.detail)
    }
}

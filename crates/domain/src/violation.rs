use std::fmt;

use serde::{Deserialize, Serialize};

/// The rule that an input broke; its [`code`](Rule::code) is stable and documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// a required value is missing or empty
    Required,
    /// longer, larger or more numerous than allowed
    TooLong,
    /// shorter than allowed
    TooShort,
    /// not of the documented form
    Format,
    /// outside the documented range
    OutOfRange,
    /// two values that exclude each other
    Contradiction,
    /// a name this server does not know
    Unknown,
    /// the caller may not ask for this
    Forbidden,
}

impl Rule {
    /// The name used in problem documents and error frames.
    pub fn code(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::TooLong => "too_long",
            Self::TooShort => "too_short",
            Self::Format => "format",
            Self::OutOfRange => "out_of_range",
            Self::Contradiction => "contradiction",
            Self::Unknown => "unknown",
            Self::Forbidden => "forbidden",
        }
    }
}

/// One broken rule: which field, which rule, and what the rule asks for.
///
/// The text never repeats the value, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// path of the field in the request, such as `to.users[3]`
    pub field: String,
    /// the rule that was broken
    pub rule: Rule,
    /// what the rule asks for: short, lowercase
    pub detail: String,
}

impl Violation {
    /// A violation of `rule` by `field`.
    pub fn new(field: impl Into<String>, rule: Rule, detail: impl Into<String>) -> Self {
        Self { field: field.into(), rule, detail: detail.into() }
    }

    /// The same violation, found in another field.
    #[must_use]
    pub fn in_field(mut self, field: impl Into<String>) -> Self {
        self.field = field.into();
        self
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.detail)
    }
}

impl std::error::Error for Violation {}

/// Every rule that one input broke, in the order of its fields.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Unwraps `parsed`, or notes the violation under `field`.
    pub fn take<T>(&mut self, field: &str, parsed: Result<T, Violation>) -> Option<T> {
        parsed.map_err(|violation| self.0.push(violation.in_field(field))).ok()
    }

    /// Unwraps `parsed`, or notes all of its violations.
    pub fn take_all<T>(&mut self, parsed: Result<T, Self>) -> Option<T> {
        parsed.map_err(|violations| self.0.extend(violations.0)).ok()
    }

    /// Whether no rule was broken.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes a violation.
    pub fn push(&mut self, violation: Violation) {
        self.0.push(violation);
    }

    /// `Ok` if no rule was broken.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }

    /// The violations noted so far.
    pub fn as_slice(&self) -> &[Violation] {
        &self.0
    }
}

impl From<Violations> for Vec<Violation> {
    fn from(violations: Violations) -> Self {
        violations.0
    }
}

impl From<Violation> for Violations {
    fn from(violation: Violation) -> Self {
        Self(vec![violation])
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, violation) in self.0.iter().enumerate() {
            if nth > 0 {
                f.write_str("; ")?;
            }
            violation.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}

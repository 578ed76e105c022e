use std::error::Error as _;
use std::io;

use minijinja::{Error, ErrorKind};

/// What is wrong with a template, and in which line.
#[derive(Debug)]
pub(crate) struct Fault {
    why: String,
    line: Option<usize>,
}

impl Fault {
    /// Of the template as a whole.
    pub(crate) fn new(why: &str) -> Self {
        Self { why: why.to_owned(), line: None }
    }

    /// Of a line; they count from 1.
    pub(crate) fn at(line: usize, why: impl Into<String>) -> Self {
        Self { why: why.into(), line: Some(line) }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.why),
            None => f.write_str(&self.why),
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let why = match (error.kind(), error.detail()) {
            (ErrorKind::OutOfFuel, _) => "takes too long".to_owned(),
            (ErrorKind::WriteFailure, _) if is_full(&error) => {
                "comes to more than 256 KiB".to_owned()
            }
            // what a filter or the parser says explains itself
            (ErrorKind::InvalidOperation | ErrorKind::SyntaxError, Some(detail)) => {
                detail.to_owned()
            }
            (kind, Some(detail)) => format!("{kind}: {detail}"),
            (kind, None) => kind.to_string(),
        };
        Self { why, line: error.line() }
    }
}

/// Whether [`Bounded`](crate::output::Bounded) refused to take more.
fn is_full(error: &Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
    cause.is_some_and(|cause| cause.kind() == io::ErrorKind::FileTooLarge)
}

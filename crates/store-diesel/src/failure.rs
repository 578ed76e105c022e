use std::fmt::Display;

use diesel::ConnectionError;
use diesel::result::{DatabaseErrorKind, Error};
use herald_ports::StoreError;

/// Why a read or a write failed. Can be told to many, unlike a [`StoreError`].
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    Full,
    Unavailable(String),
    Corrupt(String),
}

/// How the messages begin of what passes by itself, or when somebody looks after the machine.
/// Everything else is a mistake of ours or a damaged file.
const PASSING: [&str; 7] = [
    "database is locked",
    "database table is locked",
    "database schema is locked",
    "locking protocol",
    "unable to open database file",
    "disk I/O error",
    "attempt to write a readonly database",
];

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            // a user who was deleted a moment ago; whoever asks again is told so
            Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, info) => {
                Self::Unavailable(info.message().to_owned())
            }
            Error::DatabaseError(DatabaseErrorKind::ClosedConnection, info) => {
                Self::Unavailable(info.message().to_owned())
            }
            Error::DatabaseError(_, info) => {
                let message = info.message();
                if message == "database or disk is full" {
                    Self::Full
                } else if PASSING.iter().any(|passing| message.starts_with(passing)) {
                    Self::Unavailable(message.to_owned())
                } else {
                    Self::Corrupt(message.to_owned())
                }
            }
            Error::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
            Error::BrokenTransactionManager => Self::Unavailable("connection is broken".to_owned()),
            other => Self::Corrupt(other.to_string()),
        }
    }
}

impl From<ConnectionError> for Failure {
    fn from(error: ConnectionError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Full => Self::Full,
            Failure::Unavailable(why) => Self::Unavailable(why),
            Failure::Corrupt(why) => Self::Corrupt(why),
        }
    }
}

/// Unwraps what was read from a column, or says which column held what nobody writes.
pub(crate) fn column<T, E: Display>(
    table: &str,
    column: &str,
    read: Result<T, E>,
) -> Result<T, Failure> {
    read.map_err(|error| Failure::Corrupt(format!("{table}.{column}: {error}")))
}

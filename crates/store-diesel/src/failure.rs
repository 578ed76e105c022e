use std::fmt::Display;

use diesel::ConnectionError;
use diesel::result::{DatabaseErrorKind, Error};
use herald_ports::StoreError;

/// Why a read or a write failed. Can be told to many, unlike a [`StoreError`].
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    Full,
    Unavailable(String),
    /// the connection is gone; on another it may go well
    Lost(String),
    /// somebody else was in the way; once more, it may go well
    Again(String),
    /// the database says what nobody here understands; on PostgreSQL, in whatever language it speaks
    Unknown(String),
    Corrupt(String),
}

/// How the messages begin of what passes by itself, or when somebody looks after the machine.
/// Everything else is a mistake of ours or a damaged file.
const PASSING: [&str; 10] = [
    "database is locked",
    "database table is locked",
    "database schema is locked",
    "locking protocol",
    "unable to open database file",
    "disk I/O error",
    "attempt to write a readonly database",
    "canceling statement due to",
    "remaining connection slots are reserved",
    "sorry, too many clients already",
];

/// What the messages say when there is no room for more.
const FULL: [&str; 2] = ["database or disk is full", "No space left on device"];

/// How the messages begin when several have waited for each other.
const AGAIN: [&str; 2] = ["deadlock detected", "could not serialize access"];

/// How the messages begin when the server ends a connection.
const LOST: [&str; 2] = ["terminating connection due to", "the database system is"];

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            // a user who was deleted a moment ago; whoever asks again is told so
            Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, info) => {
                Self::Unavailable(info.message().to_owned())
            }
            Error::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                info,
            ) => Self::Lost(info.message().to_owned()),
            Error::DatabaseError(DatabaseErrorKind::SerializationFailure, info) => {
                Self::Again(info.message().to_owned())
            }
            // another server took over; whoever connects anew finds that one
            Error::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, info) => {
                Self::Lost(info.message().to_owned())
            }
            Error::DatabaseError(_, info) => Self::from_message(info.message()),
            Error::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
            Error::BrokenTransactionManager => Self::Lost("connection is broken".to_owned()),
            other => Self::Corrupt(other.to_string()),
        }
    }
}

impl Failure {
    fn from_message(message: &str) -> Self {
        let begins = |with: &[&str]| with.iter().any(|with| message.starts_with(with));
        let owned = message.to_owned();
        if FULL.iter().any(|full| message.contains(full)) {
            Self::Full
        } else if begins(&PASSING) {
            Self::Unavailable(owned)
        } else if begins(&AGAIN) {
            Self::Again(owned)
        } else if begins(&LOST) {
            Self::Lost(owned)
        } else {
            Self::Unknown(owned)
        }
    }

    /// Whether it may go well at another attempt, as long as nothing of it was done.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(self, Self::Lost(_) | Self::Again(_) | Self::Unknown(_))
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
            Failure::Unavailable(why) | Failure::Lost(why) | Failure::Again(why) => {
                Self::Unavailable(why)
            }
            Failure::Unknown(why) | Failure::Corrupt(why) => Self::Corrupt(why),
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

//! One connection, whatever the backend.

use diesel::connection::TransactionManager;
use diesel::r2d2::{ManageConnection, R2D2Connection};
use diesel::{Connection, ConnectionError, SqliteConnection};

use crate::dialect::{self, Purpose};
use crate::failure::Failure;
use crate::postgres::PgConnection;

/// A connection to one of the backends. What is the same on all of them is written once and run by
/// [`on_conn!`]; what differs stands in [`dialect`].
#[expect(clippy::large_enum_variant, reason = "connections are few, and stay where they are")]
pub(crate) enum Conn {
    Sqlite(SqliteConnection),
    Pg(PgConnection),
}

/// Runs one Diesel expression on whichever backend the connection is to.
macro_rules! on_conn {
    ($conn:expr, $inner:ident => $query:expr) => {
        match $conn {
            $crate::conn::Conn::Sqlite($inner) => $query,
            $crate::conn::Conn::Pg($inner) => $query,
        }
    };
}
pub(crate) use on_conn;

impl Conn {
    /// Runs reads that must all see the same moment.
    pub(crate) fn at_one_moment<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        on_conn!(self, c => begin(c))?;
        let outcome = read(self);
        // there is nothing to commit, and undoing cannot fail
        self.rollback();
        outcome
    }

    /// Whether nobody else writes while a transaction does.
    pub(crate) fn is_alone(&self) -> bool {
        match self {
            Self::Sqlite(_) => true,
            Self::Pg(_) => false,
        }
    }

    /// Ends the innermost transaction or savepoint; what it wrote stays.
    pub(crate) fn commit(&mut self) -> Result<(), Failure> {
        on_conn!(self, c => commit(c)).map_err(Failure::from)
    }

    /// Begins a transaction, or opens a savepoint in the one that there is.
    pub(crate) fn begin(&mut self) -> Result<(), Failure> {
        on_conn!(self, c => begin(c)).map_err(Failure::from)
    }

    /// Undoes the innermost transaction or savepoint. `false` if it had been undone already, with
    /// all around it, as SQLite does when its disk is full; see also [`Self::is_broken`].
    pub(crate) fn rollback(&mut self) -> bool {
        on_conn!(self, c => rollback(c)).is_ok()
    }

    /// Whether the connection is in a state that nobody can tell.
    pub(crate) fn is_broken(&mut self) -> bool {
        on_conn!(self, c => c.is_broken())
    }
}

fn begin<C: Connection>(conn: &mut C) -> diesel::QueryResult<()> {
    C::TransactionManager::begin_transaction(conn)
}

fn commit<C: Connection>(conn: &mut C) -> diesel::QueryResult<()> {
    C::TransactionManager::commit_transaction(conn)
}

fn rollback<C: Connection>(conn: &mut C) -> diesel::QueryResult<()> {
    C::TransactionManager::rollback_transaction(conn)
}

/// Makes the connections that read.
pub(crate) struct Readable(pub(crate) dialect::Target);

impl ManageConnection for Readable {
    type Connection = Conn;
    type Error = ConnectionError;

    fn connect(&self) -> Result<Conn, ConnectionError> {
        self.0.connect(Purpose::Read)
    }

    fn is_valid(&self, _: &mut Conn) -> Result<(), ConnectionError> {
        // not asked: a pool over a file tests nothing before a connection is used
        Ok(())
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

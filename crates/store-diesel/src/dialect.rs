//! Everything that the backends do differently, side by side.

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::BigInt;
use diesel::{ConnectionError, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use herald_domain::Timestamp;
use herald_ports::StoreError;

use crate::config::{OpenError, StoreConfig};
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::locks::Matter;
use crate::postgres::Server;

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Which database connections go to.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    Sqlite { path: String, busy_timeout: Duration },
    Postgres(Arc<Server>),
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Read,
    Write,
    /// storing plain sends
    Send,
    Checkpoint,
}

impl Target {
    pub(crate) fn of(config: &StoreConfig) -> Result<Self, OpenError> {
        if config.url.starts_with("postgres://") || config.url.starts_with("postgresql://") {
            return Ok(Self::Postgres(Arc::new(Server::at(&config.url)?)));
        }
        let path = config.url.strip_prefix("sqlite:").ok_or(OpenError::Url)?;
        let path = path.strip_prefix("//").unwrap_or(path);
        // SQLite would give every connection a database of its own, or read options from the path
        if path.is_empty() || path == ":memory:" || path.starts_with("file:") {
            return Err(OpenError::Url);
        }
        Ok(Self::Sqlite { path: path.to_owned(), busy_timeout: config.busy_timeout })
    }

    /// The size of the write-ahead log's file; 0 if there is none.
    pub(crate) fn log_bytes(&self) -> u64 {
        match self {
            Self::Sqlite { path, .. } => {
                std::fs::metadata(format!("{path}-wal")).map_or(0, |file| file.len())
            }
            Self::Postgres(_) => 0,
        }
    }

    pub(crate) fn connect(&self, purpose: Purpose) -> Result<Conn, ConnectionError> {
        match self {
            Self::Sqlite { path, busy_timeout } => {
                let mut conn = SqliteConnection::establish(path)?;
                set_up_sqlite(&mut conn, *busy_timeout, purpose)
                    .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Conn::Sqlite(conn))
            }
            Self::Postgres(server) => server.connect(purpose).map(Conn::Pg),
        }
    }
}

fn set_up_sqlite(
    conn: &mut SqliteConnection,
    busy_timeout: Duration,
    purpose: Purpose,
) -> QueryResult<()> {
    // one by one, and the timeout first: the others may have to wait
    let timeout = format!("PRAGMA busy_timeout = {}", busy_timeout.as_millis());
    conn.batch_execute(&timeout)?;
    switch_to_wal(conn, busy_timeout)?;
    // NORMAL would lose commits when the power goes
    conn.batch_execute("PRAGMA synchronous = FULL")?;
    conn.batch_execute("PRAGMA foreign_keys = ON")?;
    // checkpoints have a thread of their own, so that no send waits for one
    conn.batch_execute("PRAGMA wal_autocheckpoint = 0")?;
    match purpose {
        Purpose::Read => conn.batch_execute("PRAGMA query_only = ON"),
        Purpose::Write | Purpose::Send => {
            // negative: KiB and not pages
            conn.batch_execute("PRAGMA cache_size = -65536")?;
            // what a statement has changed so far is kept to undo it: beyond 64 KiB in a file
            conn.batch_execute("PRAGMA temp_store = MEMORY")
        }
        Purpose::Checkpoint => Ok(()),
    }
}

/// Of several connections that switch a new file at once, SQLite tells all but one that it is locked,
/// and does so at once, for their waiting could be a deadlock: so the waiting is done here.
fn switch_to_wal(conn: &mut SqliteConnection, busy_timeout: Duration) -> QueryResult<()> {
    const PAUSE: Duration = Duration::from_millis(10);
    let mut left = busy_timeout;
    loop {
        let switched = conn.batch_execute("PRAGMA journal_mode = WAL");
        let locked = matches!(&switched, Err(Error::DatabaseError(_, info))
            if info.message() == "database is locked");
        if !locked || left.is_zero() {
            return switched;
        }
        std::thread::sleep(PAUSE);
        left = left.saturating_sub(PAUSE);
    }
}

/// Brings the tables to this version. Two processes may do so at once.
pub(crate) fn migrate(conn: &mut Conn) -> Result<(), OpenError> {
    match conn {
        Conn::Sqlite(c) => c
            .immediate_transaction(|c| {
                c.run_pending_migrations(SQLITE_MIGRATIONS)
                    .map(|_| ())
                    .map_err(diesel::result::Error::QueryBuilderError)
            })
            .map_err(|error| OpenError::Migrate(error.to_string())),
        Conn::Pg(_) => migrate_postgres(conn),
    }
}

/// All of it or nothing, as long as it takes, while others wait.
fn migrate_postgres(conn: &mut Conn) -> Result<(), OpenError> {
    let failed = |failure: Failure| OpenError::Migrate(StoreError::from(failure).to_string());
    conn.begin().map_err(failed)?;
    let done = run_migrations(conn);
    match done {
        Ok(()) => conn.commit().map_err(failed),
        Err(failure) => {
            conn.rollback();
            Err(failed(failure))
        }
    }
}

fn run_migrations(conn: &mut Conn) -> Result<(), Failure> {
    on_conn!(conn, c => c.batch_execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0"))?;
    Matter::Tables.hold(conn)?;
    if let Conn::Pg(c) = conn {
        let run = c.run_pending_migrations(POSTGRES_MIGRATIONS);
        run.map_err(|error| Failure::Corrupt(error.to_string()))?;
    }
    Ok(())
}

/// The time by the clock of the database, which is the same for every process that uses it. On SQLite
/// all of them are on one machine, whose clock it is.
pub(crate) fn now(conn: &mut Conn) -> Result<Timestamp, Failure> {
    const MACHINE: &str = "CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000";
    const SERVER: &str = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
    let now: i64 = match conn {
        Conn::Sqlite(c) => diesel::select(sql::<BigInt>(MACHINE)).get_result(c)?,
        Conn::Pg(c) => diesel::select(sql::<BigInt>(SERVER)).get_result(c)?,
    };
    Ok(Timestamp::from_micros(now))
}

/// Begins a transaction that writes. On SQLite no other can write from now on, so that what is read in
/// it holds until its end; on PostgreSQL that is so for what is held: see `locks`.
pub(crate) fn begin_write(conn: &mut Conn) -> Result<(), Failure> {
    match conn {
        Conn::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE")?,
        Conn::Pg(_) => conn.begin()?,
    }
    Ok(())
}

/// How far the write-ahead log has grown, and how much of it is in the database file; in pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub(crate) struct Log {
    #[diesel(sql_type = BigInt)]
    pub(crate) log: i64,
    #[diesel(sql_type = BigInt)]
    pub(crate) checkpointed: i64,
}

/// Looks at the write-ahead log.
pub(crate) fn log(conn: &mut Conn) -> Result<Log, Failure> {
    checkpoint_pragma(conn, "PRAGMA wal_checkpoint(NOOP)")
}

/// Moves as much of the log into the database file as can be without waiting for anybody.
pub(crate) fn checkpoint(conn: &mut Conn) -> Result<Log, Failure> {
    checkpoint_pragma(conn, "PRAGMA wal_checkpoint(PASSIVE)")
}

/// Moves all of the log into the database file and empties it, if nobody reads.
pub(crate) fn checkpoint_at_end(conn: &mut Conn) -> Result<Log, Failure> {
    checkpoint_pragma(conn, "PRAGMA wal_checkpoint(TRUNCATE)")
}

fn checkpoint_pragma(conn: &mut Conn, pragma: &str) -> Result<Log, Failure> {
    Ok(on_conn!(conn, c => diesel::sql_query(pragma).get_result(c))?)
}

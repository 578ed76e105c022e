//! Connections to PostgreSQL, without a C library: see docs/adr/0010.

mod address;
mod driver;
mod tls;

use std::time::Duration;

use diesel::ConnectionError;
use diesel::connection::SimpleConnection;
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::config::OpenError;
use crate::dialect::Purpose;
use address::Address;
use driver::Driver;

/// A connection that blocks whoever uses it: never to be used by a thread that runs futures.
pub(crate) type PgConnection = AsyncConnectionWrapper<AsyncPgConnection, Driver>;

/// What is said while a server cannot be reached.
pub(crate) const NO_ANSWER: &str = "the database does not answer";

/// How long it takes to be connected at most.
const LONGEST_CONNECT: Duration = Duration::from_secs(2);
/// How long what was sent may stay without an answer of the other machine.
const LONGEST_SILENCE: Duration = Duration::from_secs(5);

/// A server, and how to speak to it.
pub(crate) struct Server {
    config: Config,
    tls: MakeRustlsConnect,
    /// whether it can be reached, as [`Gate`](crate::gate::Gate) knows
    pub(crate) answers: watch::Sender<bool>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // the configuration holds a password
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

impl Server {
    /// The server that a URL names.
    pub(crate) fn at(url: &str) -> Result<Self, OpenError> {
        let Address { mut config, verify, roots } = Address::of(url)?;
        if config.get_application_name().is_none() {
            config.application_name("herald");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(LONGEST_CONNECT);
        }
        config.keepalives_idle(LONGEST_SILENCE).tcp_user_timeout(LONGEST_SILENCE);
        let tls = tls::connector(verify, roots.as_deref())?;
        Ok(Self { config, tls, answers: watch::Sender::new(true) })
    }

    /// Opens a connection without Diesel, for who runs futures, and moves its bytes by the second of what
    /// it answers.
    pub(crate) async fn connect_alone(
        &self,
    ) -> Result<(Client, impl Future<Output = ()> + use<>), String> {
        let connected = self.config.connect(self.tls.clone()).await;
        let (client, connection) = connected.map_err(|error| describe(&error))?;
        let ended = async move {
            // how it ended is seen by the client
            let _ = connection.await;
        };
        Ok((client, ended))
    }

    /// Opens a connection, unless it is known that it cannot be. Blocks, and panics on a thread that runs
    /// futures.
    pub(crate) fn connect(&self, purpose: Purpose) -> Result<PgConnection, ConnectionError> {
        if !*self.answers.borrow() {
            return Err(ConnectionError::BadConnection(NO_ANSWER.to_owned()));
        }
        let mut conn = Driver::connect(async {
            let connected = timeout(LONGEST_CONNECT, self.config.connect(self.tls.clone()));
            let (client, connection) = connected
                .await
                .map_err(|_| ConnectionError::BadConnection("no answer in time".to_owned()))?
                .map_err(|error| ConnectionError::BadConnection(describe(&error)))?;
            AsyncPgConnection::try_from_client_and_connection(client, connection).await
        })?;
        conn.batch_execute(&settings(purpose))
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(conn)
    }
}

/// What every connection is set to, whatever the server's own configuration says: a commit that was
/// answered is on the disk; what hangs ends by itself; and locks do not outlive who forgot them.
fn settings(purpose: Purpose) -> String {
    // a read of several statements sees one moment; a write sees, after each lock it has waited for, what
    // the one before it has written
    let (isolation, read_only, plans) = match purpose {
        Purpose::Read => ("repeatable read", "on", BY_KEYS),
        Purpose::Send => ("read committed", "off", BY_KEYS),
        Purpose::Write | Purpose::Checkpoint => ("read committed", "off", ""),
    };
    // statements are short, and machine code for one of them takes longer than it does
    format!(
        "SET synchronous_commit = on; \
         SET jit = off; \
         SET default_transaction_isolation = '{isolation}'; \
         SET default_transaction_read_only = {read_only}; \
         SET statement_timeout = '10s'; \
         SET lock_timeout = '5s'; \
         SET idle_in_transaction_session_timeout = '10s'; \
         {plans} {ENGLISH}"
    )
}

/// Reads and sends follow an index, row by row and in its order, up to their limit. A plan like that is
/// made once, for no index is chosen by what is bound. Left alone, the server plans a page for each of
/// its first readers, and where a table has not been analysed yet it takes inboxes for so short that it
/// reads and sorts all of one for a page of it, and users for so few that it reads all of them and of
/// their heads for every send. Sorting stays allowed: a few rows that a list names have no other order,
/// and to keep the server from it would have it walk over all of a table in the order that is asked for.
const BY_KEYS: &str = "SET plan_cache_mode = force_generic_plan; \
     SET enable_seqscan = off; \
     SET enable_bitmapscan = off; \
     SET enable_hashjoin = off; \
     SET enable_mergejoin = off;";

/// Some errors are told apart by their text, for Diesel keeps no more of them. Only a superuser, or who
/// was granted it, may choose its language.
const ENGLISH: &str = "DO $$ BEGIN PERFORM set_config('lc_messages', 'C', false); \
     EXCEPTION WHEN insufficient_privilege THEN NULL; END $$";

/// What went wrong, with what was behind it: the error alone says only where.
fn describe(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

//! Who moves bytes while a thread waits for an answer: that thread itself.
//!
//! Each connection has a runtime of its own, which only runs while somebody waits on it. So an answer
//! reaches whoever asked without a change of threads, and a connection at rest costs nothing.

use std::cell::Cell;

use diesel::ConnectionError;
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::BlockOn;
use tokio::runtime::{Builder, Runtime};

use super::PgConnection;

/// The runtime of one connection. Waiting on it panics on a thread that runs futures, so this crate does
/// so on threads of its own and on those for blocking tasks only.
pub(crate) struct Driver(Option<Runtime>);

thread_local! {
    /// Diesel's wrapper asks for a runtime when it is given a connection; it must be the one on which
    /// the connection was made.
    static RUNTIME: Cell<Option<Runtime>> = const { Cell::new(None) };
}

impl Driver {
    /// Makes a connection on a new runtime, and keeps them together.
    pub(super) fn connect(
        connecting: impl Future<Output = Result<AsyncPgConnection, ConnectionError>>,
    ) -> Result<PgConnection, ConnectionError> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| ConnectionError::BadConnection(error.to_string()))?;
        let conn = runtime.block_on(connecting)?;
        RUNTIME.set(Some(runtime));
        Ok(PgConnection::from(conn))
    }
}

impl BlockOn for Driver {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        match &self.0 {
            Some(runtime) => runtime.block_on(future),
            None => unreachable!("a connection without its runtime"),
        }
    }

    fn get_runtime() -> Self {
        Self(RUNTIME.take())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // waiting for its end would panic where futures run, and there is nothing to wait for
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

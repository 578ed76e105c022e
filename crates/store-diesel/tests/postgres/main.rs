//! What only PostgreSQL has: other processes that write, a server that goes away, and TLS.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "what cannot be set up fails the test; some measure, and say what they measured"
)]

mod away;
mod contract;
mod database;
#[path = "../common/everything.rs"]
mod everything;
mod plans;
mod proxy;
mod questions;
mod refuses;
#[path = "../common/sending.rs"]
mod sending;
mod tls;
mod together;

use std::sync::Arc;

use database::Database;
use herald_ports::SystemRandom;
use herald_store_diesel::{DieselStore, StoreConfig};

/// The store of one process.
fn open(url: String) -> Arc<DieselStore> {
    Arc::new(DieselStore::open(&StoreConfig::new(url), &SystemRandom).unwrap())
}

/// Runs a test on a database of its own; without a server it is skipped.
fn with_database(test: &str, case: impl AsyncFnOnce(&Database)) {
    match Database::new() {
        Some(database) => herald_contract::run(async { case(&database).await }),
        None => herald_contract::skip(test, "there is no PostgreSQL"),
    }
}

/// Names the test for [`with_database`].
macro_rules! on_postgres {
    ($(#[$meta:meta])* async fn $name:ident($database:ident: &Database) $body:block) => {
        $(#[$meta])*
        #[test]
        fn $name() {
            let name = concat!(module_path!(), "::", stringify!($name));
            crate::with_database(name, async |$database: &crate::Database| $body);
        }
    };
}
pub(crate) use on_postgres;

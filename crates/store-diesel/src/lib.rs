//! Herald's store on SQLite and PostgreSQL, by Diesel: [`DieselStore`] implements every port that keeps something.
//!
//! One thread writes and commits in groups; reads have a pool of read-only connections. What is the
//! same for every backend is a Diesel expression in the file of its port; what is not stands in
//! `dialect`.

mod api_keys;
mod checkpoint;
mod config;
mod conn;
mod deliveries;
mod dialect;
mod endpoints;
mod failure;
mod fan_out;
mod gate;
mod idempotency;
mod inbox;
mod leases;
mod locks;
mod notifications;
mod postgres;
mod preferences;
mod readers;
mod retention;
mod rows;
mod sandbox;
mod schema;
mod sessions;
mod settings;
mod statements;
mod store;
mod suppressions;
mod templates;
mod topics;
mod users;
mod writer;

#[cfg(test)]
mod tests;

pub use config::{OpenError, StoreConfig};
pub use store::{DieselStore, Load};

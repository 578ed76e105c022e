//! One test suite per port, run against every adapter.
//!
//! A case is a plain function over the ports; a suite is a module of cases. [`contract_suite!`]
//! makes each case of the stores a test of its own, against a fresh store, and
//! [`live_bus_suite!`] and
//! [`job_queue_suite!`] do so for the live bus and the job queue; [`broker_suite!`] does all that for
//! an adapter of a broker, and [`channel_suite!`] is for those of channels. What an adapter writes is all of its `tests/contract.rs`:
//!
//! ```ignore
//! //! The store keeps the contract of every port.
//!
//! use std::sync::Arc;
//! use herald_contract::Stores;
//!
//! async fn stores() -> Stores {
//!     let folder = tempfile::tempdir().unwrap();
//!     let store = SqliteStore::open(folder.path().join("herald.db")).await.unwrap();
//!     Stores::of(Arc::new(store), folder) // the folder lives as long as the stores
//! }
//!
//! herald_contract::contract_suite!(stores().await);
//! ```
//!
//! An adapter with one type for each port fills in the fields of [`Stores`] itself. Two suites in
//! one file stand in a module each. The macros need nothing in scope; each test brings its own
//! multi-threaded runtime ([`run`]), for many cases are races.
//!
//! Everything but the races is repeatable: time stands still at [`fixtures::NOW`], and the random
//! sequences of [`log`] come from a fixed seed. `PROPTEST_CASES` says how many of them are tried.

#![expect(clippy::unwrap_used, reason = "a case fails by panicking, like every test")]

pub mod api_keys;
pub mod broker;
pub mod changes;
pub mod channel;
pub mod collapse;
pub mod deliveries;
pub mod endpoints;
pub mod estates;
pub mod expiry;
pub mod fan_out;
pub mod fixtures;
pub mod flags;
pub mod idempotency;
pub mod job_queue;
pub mod leases;
pub mod leftovers;
pub mod live_bus;
pub mod log;
mod mail_server;
pub mod managing;
pub mod mutes;
pub mod notifications;
pub mod pages;
pub mod preferences;
mod python;
pub mod races;
pub mod removal;
pub mod sandbox;
pub mod sessions;
pub mod settings;
mod skip;
mod stores;
mod suite;
pub mod suppressions;
pub mod templates;
pub mod tickets;
pub mod topics;
pub mod trimming;
pub mod users;
pub mod web;

#[doc(hidden)]
pub use broker::{dead_jobs, faults, nodes};
#[doc(hidden)]
pub use deliveries::{
    claims, dead_letters, decisions, devices, digests, plans, records, remains, traces,
};
#[doc(hidden)]
pub use herald_ports::{JobQueue, LiveBus};
pub use mail_server::{LOGIN, MailServer};
pub use python::Python;
pub use skip::skip;
pub use stores::Stores;
pub use suite::run;

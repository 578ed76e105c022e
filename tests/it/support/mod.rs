//! What tests are written with: the real binary, and clients that know nothing of its crates.

mod client;
mod copy;
mod database;
mod device;
mod process;
mod raw;
mod rng;
mod server;
mod services;
mod socket;
mod stream;
mod token;

pub(crate) use client::{Answer, Client, http};
pub(crate) use copy::Copy;
pub(crate) use database::Database;
pub(crate) use device::{Device, Line, Resuming};
pub(crate) use process::signal;
pub(crate) use raw::Raw;
pub(crate) use rng::{Rng, amount};
pub(crate) use server::{Builder, Server};
pub(crate) use services::{PostgreSql, PrivateBroker, lasting_port};
pub(crate) use socket::{Socket, narrow};
pub(crate) use stream::Stream;
pub(crate) use token::{SECRET, mint, mint_claims};

pub(crate) use herald_contract::skip;

use std::time::Duration;

/// How long anything may take before a test fails: generous, for the machine may be busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until `ready` is true, looking often.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut ready: impl FnMut() -> F) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !ready().await {
        assert!(tokio::time::Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

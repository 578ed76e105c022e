//! What tests are written with: the real binary, and clients that know nothing of its crates.

mod client;
mod copy;
mod server;
mod skip;
mod socket;
mod stream;
mod token;

pub use client::{Answer, Client};
pub use copy::Copy;
pub use server::{Builder, Server};
pub use skip::skip;
pub use socket::Socket;
pub use stream::Stream;
pub use token::{SECRET, mint, mint_claims};

use std::time::Duration;

/// How long anything may take before a test fails: generous, for the machine may be busy.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until `ready` is true, looking often.
pub async fn eventually<F: Future<Output = bool>>(what: &str, mut ready: impl FnMut() -> F) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !ready().await {
        assert!(tokio::time::Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

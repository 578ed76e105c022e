//! The use cases, over the memory adapter.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod clock;
mod delivering;
mod dispatching;
mod janitor;
mod online;
mod sending;
mod support;

//! The use cases, over the memory adapter.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod dispatching;
mod janitor;
mod sending;
mod support;

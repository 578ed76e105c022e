//! Black-box tests of the running binary, and of the house as a whole.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accounts;
mod architecture;
mod asyncapi;
mod audiences;
mod broker;
mod cli;
mod cluster;
mod crash;
mod delivery;
mod devices;
mod dialects;
mod faults;
mod frames;
mod idempotency;
mod input;
mod matrix;
mod operation;
mod order;
mod pages;
mod preferences;
mod presence;
mod rate_limits;
mod resume;
mod retention;
mod rivals;
mod shutdown;
mod slow_reader;
mod support;
mod topics;
mod tour;
mod users;

//! Black-box tests of the running binary, and of the house as a whole.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod architecture;
mod support;
mod tour;

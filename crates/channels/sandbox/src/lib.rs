//! Stands in for any channel: what it is given is kept where everybody can look at it, reaches nobody, and fails
//! as it is told to.
//!
//! Nothing has to be configured for it, so that all of Herald can be tried, and applications be tested
//! against it. Whoever has no address of a channel in the sandbox is given one that no network knows
//! ([`stand_in`]).

mod channel;
mod stand_in;

pub use channel::SandboxChannel;
pub use stand_in::stand_in;

//! The messages of `herald.v1`, as docs/protocol.md describes them.

mod client;
mod close;
pub(crate) mod server;

pub(crate) use client::{BadMessage, parse};
pub use client::{ClientMessage, Command, Mark};
pub use close::CloseCode;

/// How often the server pings, and a client should send a heartbeat.
pub const HEARTBEAT_SECONDS: u32 = 25;

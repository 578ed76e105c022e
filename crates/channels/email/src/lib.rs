//! Mail by SMTP: the channel [`Channel::Email`](herald_domain::Channel::Email).
//!
//! ```no_run
//! use herald_email::{EmailChannel, Settings};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = "smtps://herald:hunter2@smtp.example.com".parse()?;
//! let from = "Herald <herald@example.com>".parse()?;
//! let channel = EmailChannel::new(Settings::new(server, from))?;
//! # Ok(())
//! # }
//! ```
//!
//! `lettre` writes messages and speaks the protocol. Connections are kept and used again, but not by
//! its own pool: when a future is dropped in the midst of a message, that pool takes the connection back as it
//! stands, and the next message would be read as the rest of the first.

mod address;
mod by_line;
mod channel;
mod connection;
mod letter;
mod pool;
mod refusal;
mod sender;
mod server;

pub use channel::{EmailChannel, NotTrusted, Settings};
pub use sender::{NotASender, Sender};
pub use server::{NotAServer, Server};

//! What the adapters of message brokers share, so that none of them needs another.
//!
//! [`Bus`] and [`Queue`] are the ports: they take what is published into bounded local queues, and
//! never wait for a network. An adapter moves bytes: it sends what [`Frames`] and [`Waiting`] give it,
//! and hands what comes to [`Incoming`] and [`Handout`]. How events and jobs are written down is in
//! [`wire`]. Whether the broker can be reached is said by a [`Link`].
//!
//! Nothing here is needed for correctness: events and jobs are hints, and the store knows. So a
//! broker that is away costs time, and nothing else.

mod backoff;
mod broker;
pub mod figures;
mod handout;
mod link;
mod live;
mod queue;
mod session;
mod tasks;
pub mod wire;

pub use backoff::Backoff;
pub use broker::{Broker, Settings};
pub use handout::{Handout, Settled, Tray};
pub use link::{Link, LinkState};
pub use live::{Bus, Frames, Incoming};
pub use queue::{Queue, Waiting};
pub use session::Session;
pub use tasks::{Stop, Tasks};

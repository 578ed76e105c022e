//! In-memory adapter of every port: for embedding, for tests, and as the reference that says what
//! the other stores must do.
//!
//! [`MemoryStore`] keeps everything behind one lock and forgets it when dropped; "durable" means
//! here as long as the process lives. It follows the rules of the domain as directly as they can be
//! written: where another store answers otherwise, that store is wrong. [`MemoryBus`] carries
//! events within the process, [`MemoryQueue`] jobs.

mod api_keys;
mod bus;
mod deliveries;
mod endpoints;
mod fan_out;
mod inbox;
mod leases;
mod log;
mod mutes;
mod notifications;
mod preferences;
mod queue;
mod retention;
mod sandbox;
mod sessions;
mod settings;
mod store;
mod suppressions;
mod templates;
mod topics;
mod users;

pub use bus::MemoryBus;
pub use queue::MemoryQueue;
pub use store::MemoryStore;

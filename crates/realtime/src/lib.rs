//! The realtime protocol `herald.v1`: its messages, the state machine of one session, and the hub
//! that brings events to sessions. No actix: a transport gives a [`Wire`] and hears from it, and
//! everything else happens here, so that all of it is tested without a socket.
//!
//! ```text
//! LiveBus ─► Hub ─► Shard (one per worker, no lock) ─► Peer ─► Session ─► Wire ─► device
//!                                                       └─ Job ─► Driver ─► use cases
//! ```
//!
//! A device may understand another [`Format`] than `herald.v1`; the session is the same.
//!
//! While something is put into many inboxes, the [`Follower`] looks after those who are connected.
//!
//! Behind a bus that may lose events, a [`Sweep`] finds the devices that missed some. By it nodes tell
//! each other who is connected to them: the [`Roster`].
//!
//! An event is a hint. A session remembers the revision it has sent: the next one is sent, an older
//! one dropped, and at a hole that does not close soon the changes are read from the store.

mod driver;
mod figures;
mod follower;
pub mod format;
mod frame;
mod hub;
mod message;
mod peer;
mod protocol;
mod replay;
mod roster;
mod session;
mod sweep;

pub use driver::{Driver, Job, Replayed, Reply};
pub use follower::{Follower, FollowerPorts};
pub use format::Format;
pub use frame::Frame;
pub use hub::{Event, Hub, Live, MAX_SOCKETS_PER_USER, Membership, Shard, Subscriber};
pub use message::Message;
pub use peer::{Context, Peer, Wire};
pub use protocol::{ClientMessage, CloseCode, Command, HEARTBEAT_SECONDS, Mark};
pub use roster::Roster;
pub use session::{Action, Resume, Session, Tick};
pub use sweep::Sweep;

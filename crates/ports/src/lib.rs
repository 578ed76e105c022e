//! The traits through which the core reaches the world, and their errors.
//!
//! A port's doc comment is its contract: atomicity, ordering, errors. Every adapter passes the
//! suite of that port in `herald-contract`. All ports are `Send + Sync + 'static`, and held as
//! `Arc<dyn Port>`.
//!
//! Every method of a store is one transaction: when it answers `Ok`, all of it is durable; when it
//! answers an error, nothing of it happened, except after [`StoreError::Unavailable`], where a
//! broken connection may hide that it did.

mod api_keys;
mod channel;
mod clock;
mod dead_jobs;
mod deliveries;
mod endpoints;
mod error;
mod fan_out;
mod gossip;
mod inbox;
mod leases;
mod list;
mod live;
mod notifications;
mod preferences;
mod presence;
mod queue;
mod random;
mod renderer;
mod retention;
mod sandbox;
mod sessions;
mod settings;
mod suppressions;
mod templates;
mod tester;
mod tokens;
mod topics;
mod users;

pub use api_keys::{ApiKey, ApiKeyStore, NewApiKey};
pub use channel::{DeliveryChannel, DeliveryError, Outgoing, Taken};
pub use clock::{Clock, StoreClock, SystemClock};
pub use dead_jobs::{DeadJob, DeadJobList, DeadJobs, DeadJobsAway};
pub use deliveries::{
    Backlog, Claimed, DecidedLine, Delivery, DeliveryFilter, DeliveryStore, Planned, Planning,
    Progress, Record, Then, Trace,
};
pub use endpoints::{Endpoint, EndpointStore, NewEndpoint, Registered};
pub use error::StoreError;
pub use fan_out::{Cancelled, FanOutStore, Step};
pub use gossip::{Gossip, Used};
pub use inbox::{InboxStore, Page, Resync, Written};
pub use leases::{Lease, LeaseStore};
pub use list::{Part, Position};
pub use live::{Delivered, LiveBus, LiveEvent, LiveSink, LiveSinks};
pub use notifications::{
    Accepted, Append, Entry, Idempotency, NotificationStore, Outcome, Refusal, SentNotification,
};
pub use preferences::{PreferenceStore, Profile};
pub use presence::{Connected, NoDevices, Online, OnlinePage, Presence};
pub use queue::{Job, JobQueue, NotQueued, Received};
pub use random::{IdGenerator, SystemRandom};
pub use renderer::{RenderError, Rendered, Renderer, Sources};
pub use retention::{RetentionStore, Trimmed};
pub use sandbox::{SandboxMessage, SandboxMode, SandboxStore, SandboxVerdict};
pub use sessions::{NewSession, Revocation, Revoked, Rotation, SessionStore, Ticket, TokenHash};
pub use settings::SettingStore;
pub use suppressions::{Suppression, SuppressionStore};
pub use templates::{Template, TemplateStore};
pub use tester::EndpointTester;
pub use tokens::{
    Claims, HashError, PasswordHash, PasswordHasher, TokenError, TokenIssuer, TokenVerifier,
};
pub use topics::{NewTopic, Reach, Subscribed, Subscriber, TopicChange, TopicStore, TopicView};
pub use users::{Changed, Login, NewUser, UserChange, UserPage, UserStore};

//! The use cases of Herald, over ports only.
//!
//! Each use case is a plain struct that is given the ports it needs, so that an embedder builds just
//! those it wants: [`Inbox`] needs a store, a bus and a clock, nothing else. [`Notifier`] sends, and
//! [`Dispatcher`] puts what is for many, or for later, into the inboxes.
//! [`Access`] decides who somebody is, [`Accounts`] and [`ApiKeys`] manage who may be somebody.
//! [`Topics`] and [`Preferences`] say who hears of what, [`WhoIsOnline`] who hears it at once.
//! [`Janitor`] removes what has its time behind it; a [`Duty`] is done by one process at a time.
//! [`DeadLetters`] shows the jobs that failed; a [`SyncedClock`] keeps the store's time.

mod access;
mod accounts;
mod api_keys;
mod clock;
mod dead_letters;
mod dispatcher;
mod duty;
mod engine;
mod figures;
mod inbox;
mod janitor;
mod notifier;
mod online;
mod outreach;
mod password;
mod preferences;
mod secret;
mod topics;

pub use access::{Access, AuthError};
pub use accounts::{AccountError, Accounts, AccountsPorts, TokenPair};
pub use api_keys::{ApiKeyError, ApiKeys};
pub use clock::SyncedClock;
pub use dead_letters::{DeadLetterError, DeadLetters};
pub use dispatcher::{Dispatcher, DispatcherPorts};
pub use duty::Duty;
pub use engine::{Engine, EnginePorts, Limits, Provider, StandIn};
pub use inbox::{Inbox, InboxError, List, MAX_IDS};
pub use janitor::Janitor;
pub use notifier::{CancelError, Notifier, NotifierPorts, RequestContext, RequestKey, SendError};
pub use online::{Devices, OnlineList, WhoIsOnline};
pub use outreach::{
    ComposeError, Composer, ComposerPorts, CurrentDefaults, Deliveries, DeliveryListError,
    EndpointError, Endpoints, EndpointsPorts, Explained, Preview, RawAddress, RawTemplate,
    Rehearsal, RehearsalPorts, Rehearsed, Sandbox, SandboxError, SuppressionError, Suppressions,
    TemplateError, Templates, TraceError, Traces, TracesPorts, Unsubscribe, UnsubscribeError,
    Unsubscriber,
};
pub use password::Password;
pub use preferences::{Preferences, PreferencesError};
pub use topics::{TopicError, Topics};

//! Entities, value objects and rules of Herald: no async, no I/O, no clock, no framework.
//!
//! Everything here is plain data with the rules that keep it valid. A value that exists is valid:
//! the constructors refuse what the rules refuse, and say which rule it was ([`Violation`]).
//!
//! The revision rules, which every store must follow, are ordinary functions ([`Head`], [`Flags`],
//! [`Patch`]), and so is the way a client keeps its copy in step ([`InboxCopy`]):
//!
//! ```
//! use herald_domain::{Flags, Head, Patch, Timestamp};
//!
//! let now = Timestamp::from_micros(1_000);
//! let head = Head::default().appended(); // one new item
//! assert_eq!((head.rev.get(), head.unread, head.unseen), (1, 1, 1));
//!
//! let before = Flags::default();
//! let after = Patch::read(true).apply(before, now); // reading is seeing, too
//! let head = head.changed(&[(before, after)]);
//! assert_eq!((head.rev.get(), head.unread, head.unseen), (2, 0, 0));
//! ```

mod address;
mod audience;
mod change;
mod channel;
mod choice;
mod content;
mod data;
mod delivery;
mod draft;
mod filter;
mod flags;
mod head;
mod id;
mod inbox_item;
mod mute;
mod notification;
mod principal;
mod retention;
mod text;
mod time;
mod user;
mod violation;

pub use address::{Address, PushSubscription, SigningSecret, Webhook};
pub use audience::{Audience, RawAudience};
pub use change::{Changes, InboxCopy};
pub use channel::Channel;
pub use content::{Content, Kind, Priority};
pub use data::Data;
pub use delivery::{
    Attempt, Cadence, Case, ChannelSet, Choices, Decision, Defaults, DeliveryStatus, Locale, Next,
    Outcome, Preferences, QuietHours, RawPreferences, RawQuietHours, Reason, RetryPolicy, Route,
    TimeOfDay, TimeZoneName, Verdict, Weekday, decide,
};
pub use draft::{Draft, RawDraft};
pub use filter::{ItemFilter, Status};
pub use flags::{Flags, Patch};
pub use head::Head;
pub use id::{DeliveryId, EndpointId, Epoch, NotificationId, Rev, SessionId, UserId, UserKey};
pub use inbox_item::{InboxItem, ItemBody};
pub use mute::{Mute, RawMute};
pub use notification::{Notification, Receipt, State};
pub use principal::{ApiKeyId, Principal, Scope, ServicePrincipal, UserPrincipal};
pub use retention::{Keep, Leftover, Retention};
pub use text::{
    ActionUrl, ApiKeyName, Category, CollapseKey, Company, Description, DeviceToken, Email,
    Message, Phone, Prefix, Role, Title, Topic, Username, WebhookUrl,
};
pub use time::Timestamp;
pub use user::{User, UserFilter};
pub use violation::{Rule, Violation, Violations};

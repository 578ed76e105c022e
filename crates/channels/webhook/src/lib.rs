//! Tells servers of users: a request for each message, signed as
//! [Standard Webhooks](https://www.standardwebhooks.com) says, so that any of its libraries can tell
//! that it is ours and new.
//!
//! The `webhook-id` is the same for each attempt of a delivery, and so is the body: who has seen it
//! needs no second look. The body is
//!
//! ```json
//! {
//!   "type": "notification",
//!   "timestamp": "2026-11-21T09:00:00.000000Z",
//!   "data": {
//!     "user": "alice", "subject": "Build finished", "text": "main is green",
//!     "notifications": [{
//!       "id": 5, "title": "Build finished", "message": "main is green", "kind": "success",
//!       "priority": "medium", "category": "ci", "topic": null, "data": {"run": 7},
//!       "action_url": "/runs/7", "sender": "ci-bot", "created_at": "2026-11-21T09:00:00.000000Z",
//!       "expires_at": null
//!     }]
//!   }
//! }
//! ```
//!
//! with the `type` `digest` where it tells of several, and `{"type": "test", …}` with empty `data`
//! for the call that only asks whether somebody is there.
//!
//! ```
//! use herald_outbound::{Guarded, Reach, Settings};
//! use herald_ports::{DeliveryChannel, IdGenerator, SystemRandom};
//! use herald_webhook::{WebhookChannel, new_secret};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let web = Guarded::new(&Settings::default(), Reach::default())?;
//! let channel = WebhookChannel::new(web);
//! assert_eq!(channel.channel().as_str(), "webhook");
//!
//! // what the user keeps, to know our requests
//! let secret = new_secret(SystemRandom.secret());
//! assert!(secret.expose().starts_with("whsec_"));
//! # Ok(())
//! # }
//! ```

mod body;
mod channel;
mod signature;

pub use channel::WebhookChannel;
pub use signature::new_secret;

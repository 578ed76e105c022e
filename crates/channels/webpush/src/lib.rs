//! Shows notifications in browsers, by the push service that each browser has chosen (RFC 8030).
//!
//! What is sent only the browser can read: it is encrypted for the keys of its subscription (RFC 8188
//! and 8291). A push service knows us by our key (VAPID, RFC 8292): the browser subscribes with the
//! public half of a [`VapidKey`], and takes nothing from anybody else. It is made once, and kept;
//! with another one, all subscriptions are worth nothing.
//!
//! ```
//! use herald_outbound::{Guarded, Reach, Settings};
//! use herald_ports::{DeliveryChannel, SystemRandom};
//! use herald_webpush::{VapidKey, WebPushChannel};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let key = VapidKey::generate(&SystemRandom);
//! let kept = key.to_text(); // a secret
//! assert_eq!(kept.parse::<VapidKey>()?.public_key(), key.public_key());
//!
//! let web = Guarded::new(&Settings::default(), Reach::default())?;
//! let channel = WebPushChannel::new(web, &key, "mailto:admin@example.com")?;
//! assert_eq!(channel.channel().as_str(), "web_push");
//! # Ok(())
//! # }
//! ```
//!
//! A page subscribes with `pushManager.subscribe({userVisibleOnly: true, applicationServerKey})`, where
//! `applicationServerKey` is [`VapidKey::public_key`]. Its service worker gets, in `event.data.json()`,
//!
//! ```json
//! {
//!   "title": "Build finished", "body": "main is green", "url": "/runs/7", "tag": null, "id": 5,
//!   "count": 1, "kind": "success", "priority": "medium", "category": "ci", "topic": null,
//!   "timestamp": "2026-11-21T09:00:00.000000Z", "data": {"run": 7}
//! }
//! ```
//!
//! Of a digest, `count` says how many it tells of; `kind` and `timestamp` are the newest's, and what is
//! of one alone (`url`, `id`, `category`, `topic`, `data`) is `null`. `tag` is the same for what replaces
//! each other: `showNotification` takes it. There is room for 3,993 bytes; where it does not suffice,
//! `data` is `null`, and a `url` of more than 2 KiB, and `title` and `body` are shortened.

mod channel;
mod encryption;
mod headers;
mod payload;
mod tokens;
mod vapid_key;

pub use channel::WebPushChannel;
pub use tokens::NoChannel;
pub use vapid_key::{NotAKey, VapidKey};

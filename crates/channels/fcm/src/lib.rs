//! Push to applications by [Firebase Cloud Messaging](https://firebase.google.com/docs/cloud-messaging),
//! HTTP v1: the channel [`Channel::Push`](herald_domain::Channel::Push).
//!
//! ```no_run
//! use herald_fcm::{FCM, FcmChannel, ServiceAccount};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let account: ServiceAccount = std::fs::read_to_string("service-account.json")?.parse()?;
//! let client = herald_outbound::client(&herald_outbound::Settings::default())?;
//! let channel = FcmChannel::new(account, FCM, client)?;
//! # Ok(())
//! # }
//! ```
//!
//! The application gets headline and text as `notification`, so that the device shows them by itself,
//! and `data`, all of it strings: `type` (`notification` or `digest`), `priority`, and of a notification
//! its `id`, `kind`, `category`, `action_url`, and what the sender attached, as JSON in `data`. What
//! does not fit the 4,096 bytes of FCM is left out: first `data.data`, then the end of the text.

mod account;
mod channel;
mod grant;
mod message;
mod refusal;
mod tokens;

pub use account::{ServiceAccount, WrongServiceAccount};
pub use channel::{FCM, FcmChannel, NotABase};

//! Short messages by the HTTP interface of [Twilio](https://www.twilio.com/docs/messaging/api/message-resource),
//! which others offer, too: the channel [`Channel::Sms`](herald_domain::Channel::Sms).
//!
//! ```
//! use herald_sms::{Account, SmsChannel};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let account = Account::new("AC0123456789abcdef", "s3cret", "+4915123456789")?;
//! let client = herald_outbound::client(&herald_outbound::Settings::default())?;
//! let channel = SmsChannel::new(account, client);
//! # Ok(())
//! # }
//! ```
//!
//! A message is the headline, and the text below it, shortened to what Twilio takes.

mod account;
mod channel;
mod refusal;
mod text;

pub use account::{Account, WrongAccount};
pub use channel::SmsChannel;

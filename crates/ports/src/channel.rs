use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use herald_domain::{Address, Channel, DeliveryId, Notification, Priority, Timestamp, UserId};

/// A message as it goes out, to one address.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// whose attempt it is; the same for each attempt, so that a provider can tell a repetition
    pub delivery: DeliveryId,
    /// which attempt it is, from 1
    pub attempt: u32,
    /// when it is made
    pub now: Timestamp,
    /// where it goes, which is an address of the channel
    pub to: Address,
    /// who is told
    pub recipient: UserId,
    /// its headline, without line breaks
    pub subject: Option<String>,
    /// its text
    pub text: String,
    /// the same as a page, where the channel shows pages
    pub html: Option<String>,
    /// what it tells of: one, or, of a digest, several, oldest first
    pub notifications: Vec<Arc<Notification>>,
    /// how much it may disturb
    pub priority: Priority,
    /// when it stops being worth showing
    pub expires_at: Option<Timestamp>,
    /// where one request ends messages like this (RFC 8058)
    pub unsubscribe: Option<String>,
    /// what it belongs to, for tracing (W3C Trace Context, `traceparent`)
    pub traceparent: Option<String>,
}

/// What a provider says of a message that it has taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// what the provider calls it, if it says so
    pub reference: Option<String>,
}

/// Why a message did not go out. The texts are one line, and hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// it may go out later
    #[error("{detail}")]
    Transient {
        /// what was said
        detail: String,
        /// how long the provider asks to be left alone
        retry_after: Option<Duration>,
    },
    /// it will never go out
    #[error("{detail}")]
    Permanent {
        /// what was said
        detail: String,
    },
    /// nothing will ever go out to that address: whoever keeps it forgets it, or keeps from using it
    #[error("{detail}")]
    EndpointGone {
        /// what was said
        detail: String,
    },
    /// nothing goes out by this channel until its operator mends it
    #[error("{detail}")]
    Misconfigured {
        /// what was said
        detail: String,
    },
}

/// Sends messages by one way.
///
/// A message is handed over once for each call: nothing is repeated inside. Whoever calls bounds the
/// time, by dropping the future; the channel leaves nothing behind then. Calls may overlap. What
/// comes from users (texts, addresses) changes nothing but the place where it belongs: no line break
/// becomes a header, no address of a private network is connected to.
#[async_trait]
pub trait DeliveryChannel: Send + Sync + 'static {
    /// Which one it is.
    fn channel(&self) -> Channel;

    /// Hands one message over. `Ok` says that the provider has taken it; any error that it may have
    /// taken it, if it did not say so. An address of another channel is [`DeliveryError::Permanent`].
    async fn deliver(&self, message: &Outgoing) -> Result<Taken, DeliveryError>;
}

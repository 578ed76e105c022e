use herald_domain::{Channel, Timestamp};
use herald_ports::Suppression;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The channels whose addresses are suppressed; dead endpoints of the others are forgotten.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(super) enum SuppressedChannel {
    Email,
    Sms,
}

impl From<SuppressedChannel> for Channel {
    fn from(channel: SuppressedChannel) -> Self {
        match channel {
            SuppressedChannel::Email => Self::Email,
            SuppressedChannel::Sms => Self::Sms,
        }
    }
}

/// An address that nothing goes to.
#[derive(Serialize, ToSchema)]
#[schema(as = Suppression)]
pub(super) struct SuppressionBody<'a> {
    #[schema(example = 4)]
    id: i64,
    #[schema(value_type = SuppressedChannel)]
    channel: Channel,
    /// the e-mail address, in lower case, or the telephone
    #[schema(example = "alice@example.com")]
    address: &'a str,
    /// why, in words for people
    #[schema(example = "550 5.1.1 no such user")]
    reason: &'a str,
    /// since when
    created_at: Timestamp,
}

impl<'a> From<&'a Suppression> for SuppressionBody<'a> {
    fn from(suppression: &'a Suppression) -> Self {
        Self {
            id: suppression.id,
            channel: suppression.channel,
            address: &suppression.address,
            reason: &suppression.reason,
            created_at: suppression.created_at,
        }
    }
}

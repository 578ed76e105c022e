use herald_domain::{
    Attempt, Channel, DeliveryId, DeliveryStatus, EndpointId, NotificationId, Outcome, Timestamp,
    UserId,
};
use herald_ports::Delivery;
use serde::Serialize;
use utoipa::ToSchema;

use super::channel::ExternalChannel;

/// One message to one address, and what became of it.
#[derive(Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(super) struct DeliveryBody<'a> {
    #[schema(value_type = i64, example = 8)]
    id: DeliveryId,
    #[schema(value_type = ExternalChannel)]
    channel: Channel,
    /// the endpoint's number; null where it goes to the user's e-mail address or telephone
    #[schema(value_type = Option<i64>, required, example = 3)]
    endpoint: Option<EndpointId>,
    /// how far it has come
    status: DeliveryStatus,
    /// why it ended as it did, in words for people; null if it was sent, or has not ended
    #[schema(required)]
    reason: Option<&'a str>,
    /// when it was decided
    created_at: Timestamp,
    /// when that was last changed
    updated_at: Timestamp,
    /// when something is done about it next; null if it has ended
    #[schema(required)]
    due_at: Option<Timestamp>,
    /// the attempts, the oldest first
    attempts: Vec<AttemptBody<'a>>,
}

/// One attempt at a delivery.
#[derive(Serialize, ToSchema)]
#[schema(as = Attempt)]
struct AttemptBody<'a> {
    /// when it ended
    at: Timestamp,
    /// what came of it
    outcome: Outcome,
    /// what the provider said, on one line
    #[schema(required, example = "250 2.0.0 ok")]
    detail: Option<&'a str>,
}

/// A delivery, as an administrator sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = ManagedDelivery)]
pub(super) struct ManagedDeliveryBody<'a> {
    #[serde(flatten)]
    delivery: DeliveryBody<'a>,
    /// who is told
    #[schema(value_type = UserId, example = "alice")]
    user: &'a UserId,
    /// what it tells of, the oldest first
    #[schema(value_type = Vec<i64>, example = json!([5]))]
    notifications: &'a [NotificationId],
    /// whether it is a digest: of several notifications, or of one that was collected
    #[schema(example = false)]
    digest: bool,
}

impl<'a> From<&'a Delivery> for DeliveryBody<'a> {
    fn from(delivery: &'a Delivery) -> Self {
        Self {
            id: delivery.id,
            channel: delivery.channel,
            endpoint: delivery.endpoint,
            status: delivery.status,
            reason: delivery.reason.as_deref(),
            created_at: delivery.created_at,
            updated_at: delivery.updated_at,
            due_at: delivery.due_at,
            attempts: delivery.attempts.iter().map(AttemptBody::from).collect(),
        }
    }
}

impl<'a> From<&'a Attempt> for AttemptBody<'a> {
    fn from(attempt: &'a Attempt) -> Self {
        Self { at: attempt.at, outcome: attempt.outcome, detail: attempt.detail.as_deref() }
    }
}

impl<'a> From<&'a Delivery> for ManagedDeliveryBody<'a> {
    fn from(delivery: &'a Delivery) -> Self {
        Self {
            delivery: DeliveryBody::from(delivery),
            user: &delivery.recipient,
            notifications: &delivery.notifications,
            digest: delivery.is_digest,
        }
    }
}

use crate::Timestamp;

crate::choice::choice! {
    /// How far one delivery has come.
    DeliveryStatus {
        /// it waits for its first attempt
        #[default]
        Pending = "pending",
        /// an attempt is being made
        Sending = "sending",
        /// the provider has taken it
        Sent = "sent",
        /// an attempt failed, another one follows
        Retrying = "retrying",
        /// the last attempt failed: it is among the dead letters
        Failed = "failed",
        /// it is not wanted any more, or came too late
        Suppressed = "suppressed",
    }
}

impl DeliveryStatus {
    /// Whether nothing follows by itself.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Sent | Self::Failed | Self::Suppressed)
    }
}

crate::choice::choice! {
    /// What came of one attempt.
    Outcome {
        /// the provider has taken it
        #[default]
        Sent = "sent",
        /// it may go out later
        Transient = "transient",
        /// it will never go out
        Permanent = "permanent",
        /// nothing will ever go out to that address
        EndpointGone = "endpoint_gone",
        /// nothing goes out by that channel
        Misconfigured = "misconfigured",
        /// whoever made it ended before it was over: it may have gone out
        Lost = "lost",
    }
}

/// One attempt at a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// when it ended
    pub at: Timestamp,
    /// what came of it
    pub outcome: Outcome,
    /// what the provider said, on one line
    pub detail: Option<String>,
}

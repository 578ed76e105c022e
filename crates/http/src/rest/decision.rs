use herald_domain::{Channel, Timestamp, UserId};
use herald_ports::DecidedLine;
use serde::Serialize;
use utoipa::ToSchema;

/// Whether somebody is told by a channel, and why so.
#[derive(Serialize, ToSchema)]
#[schema(as = Decision)]
pub(super) struct DecisionBody<'a> {
    /// who
    #[schema(value_type = UserId, example = "alice")]
    user: &'a UserId,
    /// by what
    channel: Channel,
    #[schema(value_type = Verdict)]
    decision: String,
    /// until when it is held, or when what is collected goes out; null otherwise
    #[schema(required)]
    until: Option<Timestamp>,
    /// which rule decided it, in words for people
    #[schema(example = "the sender asked for this channel")]
    reason: String,
}

/// What is decided of a channel.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the texts of `herald_ports::DecidedLine`")]
enum Verdict {
    /// it goes out
    Send,
    /// it is decided again later
    Hold,
    /// it goes out later, together with others
    Digest,
    /// it does not go out
    Suppress,
}

impl<'a> DecisionBody<'a> {
    /// The line of a user.
    pub(super) fn new(user: &'a UserId, line: DecidedLine) -> Self {
        let DecidedLine { channel, decision, until, reason } = line;
        Self { user, channel, decision, until, reason }
    }
}

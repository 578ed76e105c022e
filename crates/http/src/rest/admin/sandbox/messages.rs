use actix_web::get;
use actix_web::web::Data;
use herald_domain::{Channel, DeliveryId, NotificationId, Priority, Timestamp, UserId};
use herald_ports::{SandboxMessage, StoreError};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use crate::Services;
use crate::extract::{Admin, QueryParams, ReadQuery, Reader};
use crate::problem::Problem;
use crate::rest::answer::Answer;
use crate::rest::channel::ExternalChannel;
use crate::rest::cursor::Cursor;
use crate::rest::part::PartQuery;

/// Which messages, and which part of them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct MessagesQuery {
    /// by channel
    #[param(value_type = Option<ExternalChannel>, inline)]
    channel: Option<ExternalChannel>,
    #[param(ignore)]
    part: PartQuery<i64>,
}

impl ReadQuery for MessagesQuery {
    fn read(query: &mut Reader) -> Self {
        Self { channel: query.value("channel"), part: PartQuery::read(query) }
    }
}

/// Some of the messages that the sandbox was given.
#[derive(Serialize, ToSchema)]
#[schema(as = SandboxMessagePage)]
struct MessagesBody<'a> {
    /// the latest first
    items: Vec<MessageBody<'a>>,
    /// where the next part begins; null on the last
    #[schema(required, example = "MTo3")]
    next_cursor: Option<String>,
}

/// A message that would have gone out.
#[derive(Serialize, ToSchema)]
#[schema(as = SandboxMessage)]
struct MessageBody<'a> {
    #[schema(example = 9)]
    id: i64,
    /// the channel that the sandbox stood in for
    #[schema(value_type = ExternalChannel)]
    channel: Channel,
    /// the delivery's number
    #[schema(value_type = i64, example = 8)]
    delivery: DeliveryId,
    /// which attempt it was, from 1
    #[schema(minimum = 1, example = 1)]
    attempt: u32,
    /// whether the sandbox took it
    #[schema(example = true)]
    taken: bool,
    /// when it came
    at: Timestamp,
    /// what it says
    #[schema(value_type = SandboxContent)]
    message: &'a RawValue,
}

/// What a message says, as the sandbox kept it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what `herald-sandbox` writes")]
struct SandboxContent {
    /// the address, the telephone, the token or the URL
    #[schema(example = "alice@example.com")]
    to: String,
    /// who is told
    user: UserId,
    #[schema(required, example = "Build finished")]
    subject: Option<String>,
    #[schema(example = "main is green")]
    text: String,
    /// the same as a page
    #[schema(required)]
    html: Option<String>,
    priority: Priority,
    /// what it tells of
    #[schema(value_type = Vec<i64>, example = json!([5]))]
    notifications: Vec<NotificationId>,
    /// where one request ends messages like this
    #[schema(required)]
    unsubscribe_url: Option<String>,
    /// what it belongs to (W3C Trace Context)
    #[schema(required)]
    traceparent: Option<String>,
}

impl<'a> TryFrom<&'a SandboxMessage> for MessageBody<'a> {
    type Error = Problem;

    fn try_from(message: &'a SandboxMessage) -> Result<Self, Problem> {
        let corrupt = |error: serde_json::Error| StoreError::Corrupt(error.to_string());
        Ok(Self {
            id: message.id,
            channel: message.channel,
            delivery: message.delivery,
            attempt: message.attempt,
            taken: message.taken,
            at: message.at,
            message: serde_json::from_str(&message.body).map_err(corrupt)?,
        })
    }
}

/// List what the sandbox was given
///
/// The messages that would have gone out by the channels that it stands in for. They are kept for a day.
#[utoipa::path(
    operation_id = "listSandboxMessages",
    tag = "admin",
    params(MessagesQuery, PartQuery<i64>),
    responses((status = 200, description = "some messages", body = MessagesBody,
               headers(("Link" = String, description = "RFC 8288: first, next"))))
)]
#[get("/admin/sandbox/messages")]
pub(super) async fn messages(
    _: Admin,
    services: Data<Services>,
    QueryParams(query): QueryParams<MessagesQuery>,
) -> Answer {
    let (channel, part) = (query.channel.map(Channel::from), &query.part);
    let found = services.sandbox.messages(channel, part.after(), part.limit()).await?;
    let body = MessagesBody {
        items: found.items.iter().map(MessageBody::try_from).collect::<Result<_, _>>()?,
        next_cursor: found.next.map(|place| Cursor(place).to_string()),
    };
    let filters = [("channel", channel.map(Channel::as_str))];
    part.answer_filtered("/api/v1/admin/sandbox/messages", &filters, found.next, &body)
}

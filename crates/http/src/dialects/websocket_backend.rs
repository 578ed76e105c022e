//! "Realtime WebSocket Notification Backend": seeds/002. Its login and its send are those of
//! seeds/001.

use actix_web::web::{Data, Path};
use actix_web::{delete, get, post, put};
use herald_application::RequestKey;
use herald_domain::{
    Company, Kind, Message, NotificationId, Patch, Principal, RawAudience, RawDraft, Role, Rule,
    Title, Topic, UserPrincipal, Violation,
};
use herald_realtime::Format;
use herald_realtime::format::websocket_backend::{ENVELOPE_ID, Payload, meant};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::handshake::Handshake;
use super::owner::Owner;
use super::part::PartQuery;
use super::send::send;
use crate::Services;
use crate::extract::{JsonBody, NoQuery, PathParam, Person, QueryParams, Sender, object};
use crate::problem::{Problem, ProblemBody};
use crate::rest::answer::{self, Answer};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list)
        .service(remove)
        .service(read)
        .service(to_company_and_role)
        .service(to_company)
        .service(to_role)
        .service(open_socket);
}

/// What is to be broadcast. The same envelope to the same target is sent once.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebsocketBackendEnvelope)]
struct EnvelopeBody {
    #[schema(min_length = 1, max_length = 255)]
    id: String,
    #[serde(rename = "type")]
    frame: FrameType,
    #[serde(deserialize_with = "object")]
    payload: PayloadBody,
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WebsocketBackendFrameType)]
enum FrameType {
    Notification,
}

/// What it says. Its id is the envelope's, it was created when it came, and nobody has read it.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebsocketBackendPayload)]
struct PayloadBody {
    id: Option<String>,
    #[schema(value_type = Option<Title>)]
    title: Option<String>,
    #[schema(value_type = Message)]
    message: String,
    #[serde(rename = "type")]
    kind: Option<Kind>,
    created_at: Option<String>,
    read: Option<bool>,
    /// at most 16 KiB of JSON; its `topic` is the notification's, if it can be one
    #[schema(value_type = Option<Object>)]
    data: Option<Map<String, Value>>,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
#[schema(as = WebsocketBackendDone)]
struct Done {
    #[schema(example = "success")]
    status: &'static str,
    #[schema(example = "Message broadcasted to company company_a")]
    message: String,
}

fn done(message: impl Into<String>) -> Answer {
    answer::ok(&Done { status: "success", message: message.into() })
}

/// The names of our fields in an envelope.
const FIELDS: [(&str, &str); 3] =
    [("title", "payload.title"), ("message", "payload.message"), ("data", "payload.data")];

impl EnvelopeBody {
    /// Sends what is in it, once for each target.
    async fn broadcast(
        self,
        services: &Services,
        sender: &Principal,
        to: RawAudience,
        target: &str,
    ) -> Answer {
        // what came as JSON can be written as JSON
        let request = serde_json::to_vec(&self).unwrap_or_default();
        let key = format!("{target}\0{}", self.id);
        let key = RequestKey { route: "POST /api/broadcast", key: &key, request: &request };
        send(services, sender, self.draft(to)?, Some(key), &FIELDS).await?;
        done(format!("Message broadcasted to {target}"))
    }

    fn draft(self, to: RawAudience) -> Result<RawDraft, Violation> {
        let PayloadBody { title, message, kind, data, .. } = self.payload;
        let mut data = data.unwrap_or_default();
        let topic = data.get("topic").and_then(Value::as_str);
        let topic = topic.filter(|topic| topic.parse::<Topic>().is_ok()).map(str::to_owned);
        data.insert(ENVELOPE_ID.to_owned(), checked(self.id)?.into());
        let data = Some(data);
        Ok(RawDraft { to, title, message, kind, topic, data, ..RawDraft::default() })
    }
}

fn checked(id: String) -> Result<String, Violation> {
    match id.chars().count() {
        0 => Err(Violation::new("id", Rule::Required, "must not be empty")),
        1..=255 => Ok(id),
        _ => Err(Violation::new("id", Rule::TooLong, "must be at most 255 characters")),
    }
}

/// Broadcast to a role of a company
///
/// Takes the role `admin` or an API key with the scope `send`, as every broadcast.
#[utoipa::path(
    tag = "websocket-backend",
    operation_id = "websocketBackendToCompanyAndRole",
    params(
        ("company" = Company, Path, description = "the company"),
        ("role" = Role, Path, description = "the role"),
    ),
    request_body(
        content = EnvelopeBody,
        example = json!({
            "id": "notif_1746245726.463395", "type": "notification",
            "payload": {
                "id": "notif_1746245726.463395", "title": "User Update",
                "message": "New features are available for Company A users", "type": "info",
                "created_at": "2025-05-03T11:15:26.463425", "read": false,
                "data": {"topic": "new_features"}
            }
        })
    ),
    responses(
        (status = 200, description = "it is kept for all of them", body = Done),
        (status = 403, description = "the caller may not send to others", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[post("/api/broadcast/company/{company}/role/{role}")]
async fn to_company_and_role(
    Sender(sender): Sender,
    services: Data<Services>,
    PathParam(company): PathParam<Company>,
    PathParam(role): PathParam<Role>,
    _: NoQuery,
    JsonBody(envelope): JsonBody<EnvelopeBody>,
) -> Answer {
    let target = format!("role {role} of company {company}");
    let (company, role) = (Some(company.into()), Some(role.into()));
    let to = RawAudience { company, role, ..RawAudience::default() };
    envelope.broadcast(&services, &sender, to, &target).await
}

/// Broadcast to a role
#[utoipa::path(
    tag = "websocket-backend",
    operation_id = "websocketBackendToRole",
    params(("role" = Role, Path, description = "the role")),
    request_body(
        content = EnvelopeBody,
        example = json!({
            "id": "notif_1746245726.463395", "type": "notification",
            "payload": {
                "id": "notif_1746245726.463395", "title": "Admin Alert",
                "message": "System maintenance will be performed tonight", "type": "warning",
                "created_at": "2025-05-03T11:15:26.463425", "read": false,
                "data": {"topic": "system_maintenance"}
            }
        })
    ),
    responses(
        (status = 200, description = "it is kept for all of them", body = Done),
        (status = 403, description = "the caller may not send to others", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[post("/api/broadcast/role/{role}")]
async fn to_role(
    Sender(sender): Sender,
    services: Data<Services>,
    PathParam(role): PathParam<Role>,
    _: NoQuery,
    JsonBody(envelope): JsonBody<EnvelopeBody>,
) -> Answer {
    let target = format!("role {role}");
    let to = RawAudience { role: Some(role.into()), ..RawAudience::default() };
    envelope.broadcast(&services, &sender, to, &target).await
}

/// Broadcast to a company
#[utoipa::path(
    tag = "websocket-backend",
    operation_id = "websocketBackendToCompany",
    params(("company" = Company, Path, description = "the company")),
    request_body(
        content = EnvelopeBody,
        example = json!({
            "id": "notif_1746245726.463395", "type": "notification",
            "payload": {
                "id": "notif_1746245726.463395", "title": "Announcement for Company A",
                "message": "This is a special announcement for all Company A employees", "type": "info",
                "created_at": "2025-05-03T11:15:26.463425", "read": false,
                "data": {"topic": "company_announcement"}
            }
        })
    ),
    responses(
        (status = 200, description = "it is kept for all of them", body = Done),
        (status = 403, description = "the caller may not send to others", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[post("/api/broadcast/company/{company}")]
async fn to_company(
    Sender(sender): Sender,
    services: Data<Services>,
    PathParam(company): PathParam<Company>,
    _: NoQuery,
    JsonBody(envelope): JsonBody<EnvelopeBody>,
) -> Answer {
    let target = format!("company {company}");
    let to = RawAudience { company: Some(company.into()), ..RawAudience::default() };
    envelope.broadcast(&services, &sender, to, &target).await
}

/// My notifications
///
/// Newest first; 1,000 on a page, if `limit` is absent.
#[utoipa::path(
    tag = "websocket-backend",
    operation_id = "websocketBackendList",
    params(("id" = String, Path, description = "the caller's id", example = "17"), PartQuery),
    responses((status = 200, description = "a page", body = Vec<Payload>))
)]
#[get("/api/notifications/{id}")]
async fn list(
    Owner(user): Owner,
    services: Data<Services>,
    QueryParams(part): QueryParams<PartQuery>,
) -> Answer {
    let items = part.of(&services.inbox, user.key, PartQuery::MOST).await?;
    answer::ok(&items.iter().map(Payload::from).collect::<Vec<_>>())
}

/// Mark a notification as read
#[utoipa::path(
    tag = "websocket-backend",
    operation_id = "websocketBackendMarkRead",
    params(("id" = String, Path, description = "the notification's number, or the id of its envelope",
            example = "notif_1746245726.463395")),
    responses((status = 200, description = "it is read, on all devices", body = Done,
               example = json!({"status": "success", "message": "Notification marked as read"})))
)]
#[put("/api/notifications/{id}/read")]
async fn read(
    Person(user): Person,
    services: Data<Services>,
    id: Path<String>,
    _: NoQuery,
) -> Answer {
    let ids = items(&services, &user, &id).await?;
    let read = services.inbox.patch(user.key, ids, Patch::read(true)).await?;
    if read.items.is_empty() {
        Err(Problem::not_found())
    } else {
        done("Notification marked as read")
    }
}

/// Delete a notification
#[utoipa::path(
    tag = "websocket-backend",
    operation_id = "websocketBackendDelete",
    params(("id" = String, Path, description = "the notification's number, or the id of its envelope",
            example = "notif_1746245726.463395")),
    responses((status = 200, description = "it is gone, on all devices", body = Done,
               example = json!({"status": "success", "message": "Notification deleted"})))
)]
#[delete("/api/notifications/{id}")]
async fn remove(
    Person(user): Person,
    services: Data<Services>,
    id: Path<String>,
    _: NoQuery,
) -> Answer {
    let ids = items(&services, &user, &id).await?;
    let deleted = services.inbox.delete(user.key, ids).await?;
    if deleted.items.is_empty() { Err(Problem::not_found()) } else { done("Notification deleted") }
}

async fn items(
    services: &Services,
    user: &UserPrincipal,
    id: &str,
) -> Result<Vec<NotificationId>, Problem> {
    let ids = meant(&services.inbox, user.key, id).await?;
    if ids.is_empty() { Err(Problem::not_found()) } else { Ok(ids) }
}

/// Open a socket
///
/// Each new notification comes in an envelope, as it is broadcast. A client's `{"type": "heartbeat"}`
/// is answered with `{"type": "heartbeat_ack"}`; its `{"type": "ack", "id": "notif_1"}` marks a
/// notification as seen, and `{"type": "read", "id": "notif_1"}` as read.
#[utoipa::path(
    tag = "websocket-backend",
    operation_id = "websocketBackendSocket",
    security(("bearer" = []), ("token" = [])),
    responses(
        (status = 101, description = "the connection is a WebSocket now"),
        (status = 400, description = "not a WebSocket handshake", body = ProblemBody,
         content_type = "application/problem+json"),
        (status = 426, description = "another version of WebSocket", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[get("/ws/notifications")]
async fn open_socket(handshake: Handshake) -> Answer {
    handshake.speak(Format::WebsocketBackend)
}

//! "Real-Time Notification System": seeds/000.

use actix_web::web::Data;
use actix_web::{get, post, put};
use herald_domain::{Message, NotificationId, Patch, RawDraft, Username};
use herald_realtime::Format;
use herald_realtime::format::notification_system::Note;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::handshake::Handshake;
use super::owner::check_owner;
use super::part::{InboxQuery, PartQuery};
use super::send::send;
use super::user_ref::{UserRef, UserRefBody};
use crate::Services;
use crate::extract::{Guest, JsonBody, NoQuery, PathParam, Person, QueryParams, Sender};
use crate::problem::ProblemBody;
use crate::rest::answer::{self, Answer};
use crate::rest::{Credentials, Registration};

/// How many items a page has.
const USUAL: usize = 10;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list)
        .service(notify)
        .service(read)
        .service(open_socket)
        .service(login)
        .service(register);
}

/// Who has registered.
#[derive(Serialize, ToSchema)]
#[schema(as = NotificationSystemUser, example = json!({"id": 1, "username": "alice"}))]
struct Registered<'a> {
    #[schema(value_type = UserRefBody)]
    id: UserRef,
    #[schema(value_type = Option<Username>, required)]
    username: Option<&'a Username>,
}

/// What a login gives.
#[derive(Serialize, ToSchema)]
#[schema(as = NotificationSystemToken)]
struct Token<'a> {
    #[schema(example = "JWT_TOKEN")]
    access_token: &'a str,
}

/// What happened, and whom to tell.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NotificationSystemEvent)]
struct Event {
    #[schema(value_type = UserRefBody)]
    user_id: UserRef,
    #[schema(value_type = Message)]
    message: String,
}

/// Register
#[utoipa::path(
    tag = "notification-system",
    operation_id = "notificationSystemRegister",
    security(),
    request_body(
        content = Registration,
        example = json!({"username": "alice", "password": "correct horse"})
    ),
    responses(
        (status = 200, description = "the new user", body = Registered),
        (status = 403, description = "registration is closed", body = ProblemBody,
         content_type = "application/problem+json"),
        (status = 409, description = "somebody else has that username", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[post("/register")]
async fn register(
    _: Guest,
    services: Data<Services>,
    _: NoQuery,
    JsonBody(body): JsonBody<Registration>,
) -> Answer {
    let user = body.register(&services).await?;
    answer::ok(&Registered { id: UserRef::from(&user.id), username: user.username.as_ref() })
}

/// Log in
#[utoipa::path(
    tag = "notification-system",
    operation_id = "notificationSystemLogin",
    security(),
    request_body(
        content = Credentials,
        example = json!({"username": "alice", "password": "correct horse"})
    ),
    responses(
        (status = 200, description = "an access token", body = Token),
        (status = 401, description = "the username or the password is wrong", body = ProblemBody,
         content_type = "application/problem+json"),
        (status = 403, description = "the account is disabled", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[post("/login")]
async fn login(
    guest: Guest,
    services: Data<Services>,
    _: NoQuery,
    JsonBody(body): JsonBody<Credentials>,
) -> Answer {
    answer::ok(&Token { access_token: &body.log_in(&guest, &services).await?.access })
}

/// Tell somebody of an event
///
/// Sending to others takes the role `admin` or an API key with the scope `send`.
#[utoipa::path(
    tag = "notification-system",
    operation_id = "notificationSystemNotify",
    request_body(content = Event, example = json!({"user_id": 1, "message": "Task created"})),
    responses(
        (status = 200, description = "it is in the user's inbox", body = Note),
        (status = 403, description = "the caller may not send to that user", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[post("/notify")]
async fn notify(
    Sender(sender): Sender,
    services: Data<Services>,
    _: NoQuery,
    JsonBody(body): JsonBody<Event>,
) -> Answer {
    let to = body.user_id.audience();
    let draft = RawDraft { to, message: body.message.clone(), ..RawDraft::default() };
    let fields = [("to", "user_id"), ("to.user", "user_id")];
    let receipt = send(&services, &sender, draft, None, &fields).await?;
    answer::ok(&Note { id: receipt.id, message: &body.message, read: false })
}

/// My notifications
///
/// Newest first; 10 on a page, if `limit` is absent.
#[utoipa::path(
    tag = "notification-system",
    operation_id = "notificationSystemList",
    params(InboxQuery, PartQuery),
    responses(
        (status = 200, description = "a page", body = Vec<Note>),
        (status = 404, description = "that is not the caller's inbox", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[get("/notifications")]
async fn list(
    Person(user): Person,
    services: Data<Services>,
    QueryParams(query): QueryParams<InboxQuery>,
) -> Answer {
    check_owner(&user, query.user_id.as_ref())?;
    let items = query.part.of(&services.inbox, user.key, USUAL).await?;
    answer::ok(&items.iter().map(Note::from).collect::<Vec<_>>())
}

/// Mark a notification as read
#[utoipa::path(
    tag = "notification-system",
    operation_id = "notificationSystemMarkRead",
    params(("id" = i64, Path, description = "the notification's number", minimum = 1, example = 5)),
    responses((status = 200, description = "the notification as it is now", body = Note,
               example = json!({"id": 5, "message": "Task created", "read": true})))
)]
#[put("/notifications/{id}/read")]
async fn read(
    Person(user): Person,
    services: Data<Services>,
    PathParam(id): PathParam<NotificationId>,
    _: NoQuery,
) -> Answer {
    answer::ok(&Note::from(&services.inbox.patch_one(user.key, id, Patch::read(true)).await?))
}

/// Open a socket
///
/// Each new notification comes as `{"id": 5, "message": "Task created", "read": false}`. A client's
/// `{"type": "heartbeat"}` is answered with `{"type": "heartbeat_ack"}`.
#[utoipa::path(
    tag = "notification-system",
    operation_id = "notificationSystemSocket",
    security(("bearer" = []), ("token" = [])),
    responses(
        (status = 101, description = "the connection is a WebSocket now"),
        (status = 400, description = "not a WebSocket handshake", body = ProblemBody,
         content_type = "application/problem+json"),
        (status = 426, description = "another version of WebSocket", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[get("/ws")]
async fn open_socket(handshake: Handshake) -> Answer {
    handshake.speak(Format::NotificationSystem)
}

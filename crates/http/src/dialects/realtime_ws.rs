//! "Real-time WebSocket Notification System": seeds/001. Login and send are those of seeds/002, too.

use actix_web::web::Data;
use actix_web::{get, post};
use herald_domain::{Category, Kind, Message, Priority, RawAudience, RawDraft, Title, Topic};
use herald_realtime::Format;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::handshake::Handshake;
use super::send::send;
use crate::Services;
use crate::extract::{Guest, JsonBody, NoQuery, Sender};
use crate::problem::ProblemBody;
use crate::rest::Credentials;
use crate::rest::answer::{self, Answer};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(announce).service(open_socket).service(login);
}

/// What a login gives.
#[derive(Serialize, ToSchema)]
#[schema(as = RealtimeWsToken)]
struct Token<'a> {
    #[schema(example = "your-jwt-token")]
    access_token: &'a str,
    #[schema(example = "bearer")]
    token_type: &'static str,
}

/// What everybody should know.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RealtimeWsNotification)]
struct Announcement {
    #[schema(value_type = Option<Title>)]
    title: Option<String>,
    #[schema(value_type = Message)]
    message: String,
    /// how much it may disturb, or what it is
    priority: Option<Level>,
    #[schema(value_type = Option<Category>)]
    category: Option<String>,
    #[schema(value_type = Option<Topic>)]
    topic: Option<String>,
}

/// A priority; or a kind, which the two systems call so, too.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(rename_all = "snake_case")]
#[schema(as = RealtimeWsPriority)]
enum Level {
    Low,
    Medium,
    High,
    Critical,
    Info,
    Success,
    Warning,
    Error,
}

impl Level {
    fn priority(self) -> Option<Priority> {
        match self {
            Self::Low => Some(Priority::Low),
            Self::Medium => Some(Priority::Medium),
            Self::High => Some(Priority::High),
            Self::Critical => Some(Priority::Critical),
            Self::Info | Self::Success | Self::Warning | Self::Error => None,
        }
    }

    fn kind(self) -> Option<Kind> {
        match self {
            Self::Info => Some(Kind::Info),
            Self::Success => Some(Kind::Success),
            Self::Warning => Some(Kind::Warning),
            Self::Error => Some(Kind::Error),
            Self::Low | Self::Medium | Self::High | Self::Critical => None,
        }
    }
}

impl From<Announcement> for RawDraft {
    fn from(body: Announcement) -> Self {
        Self {
            to: RawAudience { everyone: Some(true), ..RawAudience::default() },
            title: body.title,
            message: body.message,
            kind: body.priority.and_then(Level::kind),
            priority: body.priority.and_then(Level::priority),
            category: body.category,
            topic: body.topic,
            ..Self::default()
        }
    }
}

/// What became of it.
#[derive(Serialize, ToSchema)]
#[schema(as = RealtimeWsSent)]
struct Sent {
    #[schema(example = "Notification sent successfully")]
    message: &'static str,
}

/// Log in
#[utoipa::path(
    tag = "realtime-ws-notification",
    operation_id = "realtimeWsLogin",
    security(),
    request_body(
        content = Credentials,
        example = json!({"username": "admin", "password": "password"})
    ),
    responses(
        (status = 200, description = "an access token", body = Token),
        (status = 401, description = "the username or the password is wrong", body = ProblemBody,
         content_type = "application/problem+json"),
        (status = 403, description = "the account is disabled", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[post("/api/auth/login")]
async fn login(
    guest: Guest,
    services: Data<Services>,
    _: NoQuery,
    JsonBody(body): JsonBody<Credentials>,
) -> Answer {
    let tokens = body.log_in(&guest, &services).await?;
    answer::ok(&Token { access_token: &tokens.access, token_type: "bearer" })
}

/// Send to everybody
///
/// Takes the role `admin` or an API key with the scope `send`.
#[utoipa::path(
    tag = "realtime-ws-notification",
    operation_id = "realtimeWsSend",
    request_body(
        content = Announcement,
        example = json!({"title": "Test Notification", "message": "This is a test notification!",
                         "priority": "high", "category": "test"})
    ),
    responses(
        (status = 200, description = "it is kept for everybody", body = Sent),
        (status = 403, description = "the caller may not send to others", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[post("/api/notifications/send")]
async fn announce(
    Sender(sender): Sender,
    services: Data<Services>,
    _: NoQuery,
    JsonBody(body): JsonBody<Announcement>,
) -> Answer {
    send(&services, &sender, body.into(), None, &[]).await?;
    answer::ok(&Sent { message: "Notification sent successfully" })
}

/// Open a socket
///
/// Each new notification comes as `{"type": "notification", "id", "title", "message", "priority",
/// "category", "kind", "topic", "timestamp", "read"}`. A client's `{"type": "heartbeat"}` is answered
/// with `{"type": "heartbeat_ack"}`; its `{"type": "ack", "id": 5}` marks a notification as seen, and
/// `{"type": "read", "id": 5}` as read.
#[utoipa::path(
    tag = "realtime-ws-notification",
    operation_id = "realtimeWsSocket",
    security(("bearer" = []), ("token" = [])),
    responses(
        (status = 101, description = "the connection is a WebSocket now"),
        (status = 400, description = "not a WebSocket handshake", body = ProblemBody,
         content_type = "application/problem+json"),
        (status = 426, description = "another version of WebSocket", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[get("/api/ws")]
async fn open_socket(handshake: Handshake) -> Answer {
    handshake.speak(Format::RealtimeWs)
}

//! "Notification Service Backend": seeds/003.

use actix_web::web::Data;
use actix_web::{get, post};
use herald_domain::{InboxItem, Message, NotificationId, RawDraft};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::owner::Owner;
use super::part::PartQuery;
use super::send::send;
use super::user_ref::{UserRef, UserRefBody};
use crate::Services;
use crate::extract::{JsonBody, NoQuery, QueryParams, Sender};
use crate::problem::ProblemBody;
use crate::rest::answer::{self, Answer};

/// The member of a notification's data that keeps what it was sent as.
const NOTIF_TYPE: &str = "notif_type";

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list).service(create);
}

/// What is to be told, to whom, and how.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NotificationServiceRequest)]
struct Request {
    #[schema(value_type = UserRefBody)]
    user_id: UserRef,
    notif_type: NotifType,
    #[schema(value_type = Message)]
    content: String,
}

#[derive(Deserialize, Serialize, ToSchema, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
#[schema(as = NotificationServiceType)]
enum NotifType {
    Email,
    Sms,
    #[default]
    InApp,
}

/// A notification, and what became of it.
#[derive(Serialize, ToSchema)]
#[schema(as = NotificationServiceItem, example = json!({
    "id": 5, "user_id": "user123", "notif_type": "email", "content": "Welcome to the platform!",
    "status": "sent"
}))]
struct Item<'a> {
    #[schema(value_type = i64)]
    id: NotificationId,
    #[schema(value_type = UserRefBody)]
    user_id: &'a UserRef,
    notif_type: NotifType,
    #[schema(value_type = Message)]
    content: &'a str,
    #[schema(value_type = Status)]
    status: &'static str,
}

/// How far it has come.
#[derive(ToSchema)]
#[schema(as = NotificationServiceStatus, rename_all = "snake_case")]
#[expect(dead_code, reason = "documents a text of which one value is in use so far")]
enum Status {
    Pending,
    Sent,
    Failed,
}

/// E-mail and SMS are mocked, as that system has them: what is in the inbox is sent.
const SENT: &str = "sent";

impl<'a> Item<'a> {
    fn of(item: &'a InboxItem, user_id: &'a UserRef) -> Self {
        let content = &item.notification.content;
        Self {
            id: item.id(),
            user_id,
            notif_type: notif_type(content.data.as_str()),
            content: content.message.as_str(),
            status: SENT,
        }
    }
}

/// What is not of this dialect came by the inbox.
fn notif_type(data: &str) -> NotifType {
    let kept =
        serde_json::from_str::<Map<String, Value>>(data).unwrap_or_default().remove(NOTIF_TYPE);
    kept.and_then(|kept| serde_json::from_value(kept).ok()).unwrap_or_default()
}

/// Send a notification
///
/// Sending to others takes the role `admin` or an API key with the scope `send`.
#[utoipa::path(
    tag = "notification-service",
    operation_id = "notificationServiceSend",
    request_body(
        content = Request,
        example = json!({"user_id": "user123", "notif_type": "email", "content": "Welcome to the platform!"})
    ),
    responses(
        (status = 200, description = "it is in the user's inbox", body = Item),
        (status = 403, description = "the caller may not send to that user", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[post("/notifications/")]
async fn create(
    Sender(sender): Sender,
    services: Data<Services>,
    _: NoQuery,
    JsonBody(body): JsonBody<Request>,
) -> Answer {
    let Request { user_id, notif_type, content } = body;
    let data = serde_json::json!({NOTIF_TYPE: notif_type}).as_object().cloned();
    let to = user_id.audience();
    let draft = RawDraft { to, message: content.clone(), data, ..RawDraft::default() };
    let fields = [("to", "user_id"), ("to.user", "user_id"), ("message", "content")];
    let receipt = send(&services, &sender, draft, None, &fields).await?;
    let (id, user_id) = (receipt.id, &user_id);
    answer::ok(&Item { id, user_id, notif_type, content: &content, status: SENT })
}

/// My notifications
///
/// Newest first; 1,000 on a page, if `limit` is absent.
#[utoipa::path(
    tag = "notification-service",
    operation_id = "notificationServiceList",
    params(("user_id" = String, Path, description = "the caller's id", example = "user123"), PartQuery),
    responses((status = 200, description = "a page", body = Vec<Item>))
)]
#[get("/users/{user_id}/notifications")]
async fn list(
    Owner(user): Owner,
    services: Data<Services>,
    QueryParams(part): QueryParams<PartQuery>,
) -> Answer {
    let items = part.of(&services.inbox, user.key, PartQuery::MOST).await?;
    let user_id = UserRef::from(&user.id);
    answer::ok(&items.iter().map(|item| Item::of(item, &user_id)).collect::<Vec<_>>())
}

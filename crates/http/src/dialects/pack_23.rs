//! "Pack 23: Real-Time Notifications": seeds/004.

use actix_web::web::Data;
use actix_web::{get, post};
use herald_domain::{InboxItem, ItemFilter, Message, Patch, RawDraft, Rule, Violation};
use herald_realtime::format::Naive;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::owner::{Owner, check_owner};
use super::part::{InboxQuery, PartQuery};
use super::send::send;
use super::user_ref::{UserRef, UserRefBody};
use crate::Services;
use crate::extract::{JsonBody, NoQuery, PathParam, Person, QueryParams, Segment, Sender};
use crate::problem::{Problem, ProblemBody};
use crate::rest::answer::{self, Answer};

/// How many items a list has.
const USUAL: usize = 50;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list).service(unread_count).service(mark_read).service(create);
}

/// What is to be told, and to whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Pack23Request)]
struct Request {
    #[schema(value_type = UserRefBody)]
    user_id: UserRef,
    #[schema(value_type = Message)]
    content: String,
}

/// A notification.
#[derive(Serialize, ToSchema)]
#[schema(as = Pack23Item, example = json!({
    "user_id": "user_123", "content": "Your order has been shipped!",
    "timestamp": "2025-11-05T10:30:00.123456", "is_read": false
}))]
struct Item<'a> {
    #[schema(value_type = UserRefBody)]
    user_id: &'a UserRef,
    #[schema(value_type = Message)]
    content: &'a str,
    timestamp: Naive,
    is_read: bool,
}

impl<'a> Item<'a> {
    fn of(item: &'a InboxItem, user_id: &'a UserRef) -> Self {
        let notification = &item.notification;
        Self {
            user_id,
            content: notification.content.message.as_str(),
            timestamp: Naive(notification.created_at),
            is_read: item.flags.read_at.is_some(),
        }
    }
}

/// What became of it.
#[derive(Serialize, ToSchema)]
#[schema(as = Pack23Done)]
struct Done {
    #[schema(example = true)]
    ok: bool,
    #[schema(example = "Notification marked as read")]
    message: &'static str,
}

/// How many are unread.
#[derive(Serialize, ToSchema)]
#[schema(as = Pack23Count)]
struct Count {
    #[schema(value_type = UserRefBody)]
    user_id: UserRef,
    #[schema(minimum = 0, example = 3)]
    unread_count: i64,
}

/// A place in the list, from 0 for the newest.
struct Index(u32);

impl Segment for Index {
    const NAME: &'static str = "index";

    fn parse(text: &str) -> Result<Self, Violation> {
        let detail = "must be a place in the list, from 0";
        text.parse().map(Self).map_err(|_| Violation::new("", Rule::Format, detail))
    }
}

/// Send a notification
///
/// Sending to others takes the role `admin` or an API key with the scope `send`.
#[utoipa::path(
    tag = "pack-23",
    operation_id = "pack23Create",
    request_body(
        content = Request,
        example = json!({"user_id": "user_123", "content": "Your order has been shipped!"})
    ),
    responses(
        (status = 200, description = "it is in the user's inbox", body = Item),
        (status = 403, description = "the caller may not send to that user", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[post("/api/notifications/create")]
async fn create(
    Sender(sender): Sender,
    services: Data<Services>,
    _: NoQuery,
    JsonBody(Request { user_id, content }): JsonBody<Request>,
) -> Answer {
    let to = user_id.audience();
    let draft = RawDraft { to, message: content.clone(), ..RawDraft::default() };
    let fields = [("to", "user_id"), ("to.user", "user_id"), ("message", "content")];
    let receipt = send(&services, &sender, draft, None, &fields).await?;
    let timestamp = Naive(receipt.created_at);
    answer::ok(&Item { user_id: &user_id, content: &content, timestamp, is_read: false })
}

/// My notifications
///
/// Newest first; 50, if `limit` is absent.
#[utoipa::path(
    tag = "pack-23",
    operation_id = "pack23List",
    params(InboxQuery, PartQuery),
    responses(
        (status = 200, description = "a page", body = Vec<Item>),
        (status = 404, description = "that is not the caller's inbox", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[get("/api/notifications/list")]
async fn list(
    Person(user): Person,
    services: Data<Services>,
    QueryParams(query): QueryParams<InboxQuery>,
) -> Answer {
    check_owner(&user, query.user_id.as_ref())?;
    let items = query.part.of(&services.inbox, user.key, USUAL).await?;
    let user_id = UserRef::from(&user.id);
    answer::ok(&items.iter().map(|item| Item::of(item, &user_id)).collect::<Vec<_>>())
}

/// Mark a notification as read
///
/// By its place in the list, the newest first.
#[utoipa::path(
    tag = "pack-23",
    operation_id = "pack23MarkRead",
    params(
        ("user_id" = String, Path, description = "the caller's id", example = "user_123"),
        ("index" = u32, Path, description = "the place in the list, from 0", example = 0),
    ),
    responses((status = 200, description = "it is read, on all devices", body = Done))
)]
#[post("/api/notifications/mark-read/{user_id}/{index}")]
async fn mark_read(
    Owner(user): Owner,
    services: Data<Services>,
    PathParam(Index(index)): PathParam<Index>,
    _: NoQuery,
) -> Answer {
    let found = services.inbox.newest(user.key, ItemFilter::default(), index.into(), 1).await?;
    let item = found.first().ok_or_else(Problem::not_found)?;
    services.inbox.patch_one(user.key, item.id(), Patch::read(true)).await?;
    answer::ok(&Done { ok: true, message: "Notification marked as read" })
}

/// How many are unread
#[utoipa::path(
    tag = "pack-23",
    operation_id = "pack23UnreadCount",
    params(("user_id" = String, Path, description = "the caller's id", example = "user_123")),
    responses((status = 200, description = "the count", body = Count))
)]
#[get("/api/notifications/unread-count/{user_id}")]
async fn unread_count(Owner(user): Owner, services: Data<Services>, _: NoQuery) -> Answer {
    let unread_count = services.inbox.head(user.key).await?.unread;
    answer::ok(&Count { user_id: UserRef::from(&user.id), unread_count })
}

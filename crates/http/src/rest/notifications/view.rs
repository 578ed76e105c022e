use actix_web::get;
use actix_web::web::Data;
use herald_application::{Inbox, InboxError};
use herald_domain::{
    ActionUrl, Category, Data as Attached, Flags, InboxItem, Kind, Message, Notification,
    NotificationId, Principal, Priority, Receipt, Rev, State, Timestamp, Title, Topic,
};
use herald_ports::SentNotification;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Services;
use crate::extract::{Caller, NoQuery, PathParam};
use crate::problem::Problem;
use crate::rest::answer::{self, Answer};

/// A notification for somebody who has to do with it. A recipient sees it as in the inbox; its
/// sender sees what became of it; who is both sees all of that.
#[derive(Serialize, ToSchema)]
#[schema(as = NotificationView, example = json!({
    "id": 5, "rev": 12, "title": "Build finished", "message": "main is green", "kind": "success",
    "priority": "medium", "category": "ci", "topic": null, "data": {"run": 7},
    "action_url": "/runs/7", "sender": "ci-bot", "created_at": "2026-11-21T09:00:00.000000Z",
    "expires_at": null, "seen_at": "2026-11-21T09:00:02.500000Z", "read_at": null,
    "archived_at": null, "state": "delivered", "recipients": 1, "total": 1,
    "send_at": null
}))]
struct View<'a> {
    #[schema(value_type = i64, example = 5)]
    id: NotificationId,
    #[schema(value_type = Option<Title>, required)]
    title: Option<&'a Title>,
    #[schema(value_type = Message)]
    message: &'a Message,
    kind: Kind,
    priority: Priority,
    #[schema(value_type = Option<Category>, required)]
    category: Option<&'a Category>,
    #[schema(value_type = Option<Topic>, required)]
    topic: Option<&'a Topic>,
    #[schema(value_type = Attached)]
    data: &'a Attached,
    #[schema(value_type = Option<ActionUrl>, required)]
    action_url: Option<&'a ActionUrl>,
    /// a user's id or an API key's name
    #[schema(example = "ci-bot")]
    sender: &'a str,
    created_at: Timestamp,
    #[schema(required)]
    expires_at: Option<Timestamp>,
    #[serde(flatten)]
    #[schema(value_type = Received)]
    received: Option<Received>,
    #[serde(flatten)]
    #[schema(value_type = Sent)]
    sent: Option<Sent>,
}

/// What only its recipient sees.
#[derive(Serialize, ToSchema)]
struct Received {
    /// the revision that last touched the item
    #[schema(value_type = i64, required = false, example = 12)]
    rev: Rev,
    seen_at: Option<Timestamp>,
    read_at: Option<Timestamp>,
    archived_at: Option<Timestamp>,
}

/// What only its sender sees.
#[derive(Serialize, ToSchema)]
struct Sent {
    #[schema(required = false)]
    state: State,
    /// how many inboxes it was put into so far
    #[schema(required = false, example = 1)]
    recipients: i64,
    /// how many users it is for, those who mute it too until it is delivered; null before its time
    #[schema(required = false, example = 1)]
    total: Option<i64>,
    /// when it is told, or was; null if that was at once
    send_at: Option<Timestamp>,
}

impl From<&InboxItem> for Received {
    fn from(item: &InboxItem) -> Self {
        let Flags { seen_at, read_at, archived_at } = item.flags;
        Self { rev: item.rev, seen_at, read_at, archived_at }
    }
}

impl From<&SentNotification> for Sent {
    fn from(sent: &SentNotification) -> Self {
        let Receipt { state, recipients, .. } = sent.receipt;
        Self { state, recipients, total: sent.total, send_at: sent.send_at }
    }
}

impl<'a> View<'a> {
    fn new(notification: &'a Notification, received: Option<Received>, sent: Option<Sent>) -> Self {
        let content = &notification.content;
        Self {
            id: notification.id,
            title: content.title.as_ref(),
            message: &content.message,
            kind: content.kind,
            priority: content.priority,
            category: content.category.as_ref(),
            topic: content.topic.as_ref(),
            data: &content.data,
            action_url: content.action_url.as_ref(),
            sender: &notification.sender,
            created_at: notification.created_at,
            expires_at: content.expires_at,
            received,
            sent,
        }
    }
}

/// One notification
///
/// For its recipient the item, for its sender the notification with what became of it, for who is
/// both all of that. Everybody else is answered as if there were none.
#[utoipa::path(
    operation_id = "getNotification",
    tag = "notifications",
    params(("id" = i64, Path, description = "the notification's number", minimum = 1, example = 5)),
    responses((status = 200, description = "the notification", body = View))
)]
#[get("/notifications/{id}")]
pub(super) async fn view(
    Caller(caller): Caller,
    services: Data<Services>,
    PathParam(id): PathParam<NotificationId>,
    _: NoQuery,
) -> Answer {
    let item = received(&services.inbox, &caller, id).await?;
    let sent = services.notifier.sent(&caller, id).await?;
    let notification = match (&item, &sent) {
        (Some(item), _) => &item.notification,
        (None, Some(sent)) => &sent.notification,
        (None, None) => return Err(Problem::not_found()),
    };
    let received = item.as_ref().map(Received::from);
    let sent = sent.as_ref().map(Sent::from);
    answer::ok(&View::new(notification, received, sent))
}

async fn received(
    inbox: &Inbox,
    caller: &Principal,
    id: NotificationId,
) -> Result<Option<InboxItem>, InboxError> {
    let Principal::User(user) = caller else { return Ok(None) };
    match inbox.item(user.key, id).await {
        Ok(item) => Ok(Some(item)),
        Err(InboxError::Unknown) => Ok(None),
        Err(error) => Err(error),
    }
}

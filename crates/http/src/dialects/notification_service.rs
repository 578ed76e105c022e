//! "Notification Service Backend": seeds/003.

use actix_web::web::Data;
use actix_web::{get, post};
use herald_domain::{Channel, DeliveryStatus, InboxItem, Message, NotificationId, RawDraft};
use herald_ports::Progress;
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
    status: Status,
}

/// How far it has come.
#[derive(Serialize, ToSchema, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[schema(as = NotificationServiceStatus)]
enum Status {
    /// it is on its way
    Pending,
    /// the provider has taken it, or it is in the inbox
    Sent,
    /// it does not go out
    Failed,
}

impl Status {
    /// What has become of a notification by the channel it was sent by.
    fn of(channel: Channel, progress: &Progress) -> Self {
        let told = progress.deliveries.iter().filter(|(by, _)| *by == channel);
        let told: Vec<_> = told.map(|(_, status)| *status).collect();
        let line = progress.lines.iter().find(|line| line.channel == channel);
        match (told.as_slice(), line.map(|line| line.decision.as_str())) {
            // what went out long ago is not kept
            ([], Some("send")) => Self::Sent,
            ([], Some("suppress")) => Self::Failed,
            // not decided yet, or to be decided again
            ([], _) => Self::Pending,
            (some, _) if some.contains(&DeliveryStatus::Sent) => Self::Sent,
            (some, _) if some.iter().any(|status| !status.is_final()) => Self::Pending,
            _ => Self::Failed,
        }
    }
}

impl NotifType {
    /// The channel by which it goes out, if it does.
    fn outlet(self) -> Option<Channel> {
        match self {
            Self::Email => Some(Channel::Email),
            Self::Sms => Some(Channel::Sms),
            Self::InApp => None,
        }
    }
}

impl<'a> Item<'a> {
    fn of(item: &'a InboxItem, progress: &Progress, user_id: &'a UserRef) -> Self {
        let content = &item.notification.content;
        let notif_type = notif_type(content.data.as_str());
        let status = notif_type.outlet().map_or(Status::Sent, |by| Status::of(by, progress));
        Self { id: item.id(), user_id, notif_type, content: content.message.as_str(), status }
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
/// What is sent as `email` or `sms` goes out by that channel, and is in the inbox, too. Sending to others takes the
/// role `admin` or an API key with the scope `send`.
#[utoipa::path(
    tag = "notification-service",
    operation_id = "notificationServiceSend",
    request_body(
        content = Request,
        example = json!({"user_id": "user123", "notif_type": "email", "content": "Welcome to the platform!"})
    ),
    responses(
        (status = 200, description = "it is in the user's inbox, and on its way", body = Item),
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
    let outlet = notif_type.outlet();
    let channels = outlet.map(|outlet| vec![Channel::InApp, outlet]);
    let draft = RawDraft { to, message: content.clone(), data, channels, ..RawDraft::default() };
    let fields = [("to", "user_id"), ("to.user", "user_id"), ("message", "content")];
    let receipt = send(&services, &sender, draft, None, &fields).await?;
    let (id, user_id) = (receipt.id, &user_id);
    // nobody waits for what leads out of here
    let status = outlet.map_or(Status::Sent, |_| Status::Pending);
    answer::ok(&Item { id, user_id, notif_type, content: &content, status })
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
    let ids = items.iter().map(InboxItem::id).collect();
    let progress = services.deliveries.progress(user.key, ids).await?;
    let shown = items.iter().zip(&progress).map(|(item, one)| Item::of(item, one, &user_id));
    answer::ok(&shown.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use herald_ports::DecidedLine;

    use super::*;

    fn status(decision: Option<&str>, deliveries: &[DeliveryStatus]) -> Status {
        let line = |decision: &str| DecidedLine {
            channel: Channel::Email,
            decision: decision.to_owned(),
            until: None,
            reason: String::new(),
        };
        let others = (Channel::Sms, DeliveryStatus::Failed);
        let progress = Progress {
            notification: NotificationId::new(1),
            lines: decision.map(line).into_iter().collect(),
            deliveries: deliveries
                .iter()
                .map(|one| (Channel::Email, *one))
                .chain([others])
                .collect(),
        };
        Status::of(Channel::Email, &progress)
    }

    #[test]
    fn it_is_pending_until_it_has_ended() {
        use DeliveryStatus::{Failed, Pending, Retrying, Sending, Sent, Suppressed};
        for (decision, deliveries, expected) in [
            (None, &[][..], Status::Pending),
            (Some("hold"), &[], Status::Pending),
            (Some("suppress"), &[], Status::Failed),
            (Some("suppress"), &[Failed], Status::Failed),
            (Some("send"), &[], Status::Sent),
            (Some("send"), &[Pending], Status::Pending),
            (Some("send"), &[Sending], Status::Pending),
            (Some("send"), &[Failed, Retrying], Status::Pending),
            (Some("send"), &[Failed, Sent], Status::Sent),
            (Some("send"), &[Suppressed], Status::Failed),
        ] {
            assert_eq!(status(decision, deliveries), expected, "{decision:?} {deliveries:?}");
        }
    }
}

//! "Realtime WebSocket Notification Backend": seeds/002.

use herald_application::{Inbox, InboxError};
use herald_domain::{
    Content, InboxItem, ItemFilter, Kind, Message, Notification, NotificationId, Status, Title,
    UserKey,
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::Naive;

/// The member of a notification's data that keeps the id of the envelope it came in.
pub const ENVELOPE_ID: &str = "envelope_id";

/// A notification as a frame.
#[derive(Debug, Serialize)]
pub struct Envelope<'a> {
    id: Name,
    #[serde(rename = "type")]
    frame: &'static str,
    payload: Payload<'a>,
}

impl<'a> Envelope<'a> {
    /// As it is in every inbox that it comes to.
    pub fn fresh(notification: &'a Notification) -> Self {
        let payload = Payload::fresh(notification);
        Self { id: payload.id.clone(), frame: "notification", payload }
    }
}

/// A notification in lists, and in its [`Envelope`].
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "openapi",
    schema(as = WebsocketBackendItem, example = json!({
        "id": "notif_1746245726.463395", "title": "User Update",
        "message": "New features are available for Company A users", "type": "info",
        "created_at": "2025-05-03T11:15:26.463425", "read": false, "data": {"topic": "new_features"}
    }))
)]
pub struct Payload<'a> {
    id: Name,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Title>, required))]
    title: Option<&'a Title>,
    #[cfg_attr(feature = "openapi", schema(value_type = Message))]
    message: &'a Message,
    #[serde(rename = "type")]
    kind: Kind,
    /// when it was accepted
    created_at: Naive,
    read: bool,
    /// what came with it, and its topic
    data: Map<String, Value>,
}

/// What a notification is called: by the envelope that it came in, or else by its number.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = WebsocketBackendName))]
#[serde(untagged)]
enum Name {
    Envelope(String),
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    Number(NotificationId),
}

impl<'a> Payload<'a> {
    fn fresh(notification: &'a Notification) -> Self {
        let content = &notification.content;
        let mut data = data(content);
        let name = match data.remove(ENVELOPE_ID) {
            Some(Value::String(id)) => Name::of(id, notification.id),
            _ => Name::Number(notification.id),
        };
        if let Some(topic) = &content.topic {
            data.entry("topic").or_insert_with(|| topic.as_str().into());
        }
        Self {
            id: name,
            title: content.title.as_ref(),
            message: &content.message,
            kind: content.kind,
            created_at: Naive(notification.created_at),
            read: false,
            data,
        }
    }
}

impl<'a> From<&'a InboxItem> for Payload<'a> {
    fn from(item: &'a InboxItem) -> Self {
        Self { read: item.flags.read_at.is_some(), ..Self::fresh(&item.notification) }
    }
}

impl Name {
    /// An envelope's id of digits alone would be taken for a notification's number.
    fn of(envelope: String, id: NotificationId) -> Self {
        if envelope.bytes().all(|byte| byte.is_ascii_digit()) {
            Self::Number(id)
        } else {
            Self::Envelope(envelope)
        }
    }
}

/// Which items of an inbox a client means by an id: the one of that number, or those that came in
/// the envelope of that id. One envelope may have come to somebody by several audiences.
///
/// Looks at the newest 1,000 items; the answer has at most 100 of them, and may be empty.
pub async fn meant(
    inbox: &Inbox,
    user: UserKey,
    id: &str,
) -> Result<Vec<NotificationId>, InboxError> {
    if id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(id.parse().map(NotificationId::new).into_iter().collect());
    }
    let all = ItemFilter { status: Status::All, ..ItemFilter::default() };
    let items = inbox.newest(user, all, 0, 1_000).await?;
    let came_in_it = |item: &&InboxItem| {
        data(&item.notification.content).get(ENVELOPE_ID).and_then(Value::as_str) == Some(id)
    };
    Ok(items.iter().filter(came_in_it).map(InboxItem::id).take(Inbox::MAX_LIMIT).collect())
}

/// What the application attached, taken apart.
fn data(content: &Content) -> Map<String, Value> {
    // it was checked to be an object before it was stored
    serde_json::from_str(content.data.as_str()).unwrap_or_default()
}

use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::{
    ActionUrl, Category, Data, Flags, Kind, Message, Notification, NotificationId, Priority, Rev,
    Timestamp, Title, Topic,
};

/// One notification in one user's inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxItem {
    /// what was said; shared by all who got it
    pub notification: Arc<Notification>,
    /// the revision that last touched the item
    pub rev: Rev,
    /// what the user did with it
    pub flags: Flags,
}

impl InboxItem {
    /// The number by which the outside knows the item.
    pub fn id(&self) -> NotificationId {
        self.notification.id
    }
}

/// An item as the wire shows it: the same in lists, in changes and, without `rev`, in a live
/// `notification` message, where one body serves every recipient.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "openapi",
    schema(as = InboxItem, example = json!({
        "id": 5, "rev": 12, "title": "Build finished", "message": "main is green", "kind": "success",
        "priority": "medium", "category": "ci", "topic": null, "data": {"run": 7},
        "action_url": "/runs/7", "sender": "ci-bot", "created_at": "2026-11-21T09:00:00.000000Z",
        "expires_at": null, "seen_at": "2026-11-21T09:00:02.500000Z", "read_at": null,
        "archived_at": null
    }))
)]
pub struct ItemBody<'a> {
    /// the notification's number
    #[cfg_attr(feature = "openapi", schema(value_type = i64, example = 5))]
    id: NotificationId,
    /// the revision that last touched the item
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = i64, required, example = 12))]
    rev: Option<Rev>,
    /// headline
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Title>, required))]
    title: Option<&'a Title>,
    /// body
    #[cfg_attr(feature = "openapi", schema(value_type = Message))]
    message: &'a Message,
    kind: Kind,
    priority: Priority,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Category>, required))]
    category: Option<&'a Category>,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Topic>, required))]
    topic: Option<&'a Topic>,
    #[cfg_attr(feature = "openapi", schema(value_type = Data))]
    data: &'a Data,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<ActionUrl>, required))]
    action_url: Option<&'a ActionUrl>,
    /// a user's id or an API key's name
    #[cfg_attr(feature = "openapi", schema(example = "ci-bot"))]
    sender: &'a str,
    created_at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(required))]
    expires_at: Option<Timestamp>,
    #[cfg_attr(feature = "openapi", schema(required))]
    seen_at: Option<Timestamp>,
    #[cfg_attr(feature = "openapi", schema(required))]
    read_at: Option<Timestamp>,
    #[cfg_attr(feature = "openapi", schema(required))]
    archived_at: Option<Timestamp>,
}

impl<'a> ItemBody<'a> {
    /// The body that every recipient of a new notification gets: untouched, without a revision.
    pub fn fresh(notification: &'a Notification) -> Self {
        Self::new(notification, None, Flags::default())
    }

    fn new(notification: &'a Notification, rev: Option<Rev>, flags: Flags) -> Self {
        let content = &notification.content;
        Self {
            id: notification.id,
            rev,
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
            seen_at: flags.seen_at,
            read_at: flags.read_at,
            archived_at: flags.archived_at,
        }
    }
}

impl Serialize for InboxItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ItemBody::new(&self.notification, Some(self.rev), self.flags).serialize(serializer)
    }
}

//! "Real-time WebSocket Notification System": seeds/001.

use herald_domain::{
    Category, Kind, Message, Notification, NotificationId, Priority, Timestamp, Title, Topic,
};
use serde::Serialize;

/// A notification as a frame.
#[derive(Debug, Serialize)]
pub struct Toast<'a> {
    #[serde(rename = "type")]
    frame: &'static str,
    id: NotificationId,
    title: Option<&'a Title>,
    message: &'a Message,
    priority: Priority,
    category: Option<&'a Category>,
    kind: Kind,
    topic: Option<&'a Topic>,
    timestamp: Timestamp,
    read: bool,
}

impl<'a> Toast<'a> {
    /// As it is in every inbox that it comes to.
    pub fn fresh(notification: &'a Notification) -> Self {
        let content = &notification.content;
        Self {
            frame: "notification",
            id: notification.id,
            title: content.title.as_ref(),
            message: &content.message,
            priority: content.priority,
            category: content.category.as_ref(),
            kind: content.kind,
            topic: content.topic.as_ref(),
            timestamp: notification.created_at,
            read: false,
        }
    }
}

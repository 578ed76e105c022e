//! "Real-Time Notification System": seeds/000.

use herald_domain::{InboxItem, Message, Notification, NotificationId};
use serde::Serialize;

/// A notification, in lists and as a frame.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "openapi",
    schema(as = NotificationSystemItem, example = json!({"id": 5, "message": "Task created", "read": false}))
)]
pub struct Note<'a> {
    /// the notification's number
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub id: NotificationId,
    /// what it says
    #[cfg_attr(feature = "openapi", schema(value_type = Message))]
    pub message: &'a str,
    /// whether it was read
    pub read: bool,
}

impl<'a> Note<'a> {
    /// As it is in every inbox that it comes to.
    pub fn fresh(notification: &'a Notification) -> Self {
        let message: &Message = &notification.content.message;
        Self { id: notification.id, message: message.as_str(), read: false }
    }
}

impl<'a> From<&'a InboxItem> for Note<'a> {
    fn from(item: &'a InboxItem) -> Self {
        Self { read: item.flags.read_at.is_some(), ..Self::fresh(&item.notification) }
    }
}

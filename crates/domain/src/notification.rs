use serde::{Deserialize, Serialize};

use crate::{Content, NotificationId, Timestamp};

/// What was said once, to one user or many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// its number
    pub id: NotificationId,
    /// what it says
    pub content: Content,
    /// who sent it, as recipients see it: a user's id or an API key's name
    pub sender: String,
    /// when it was accepted
    pub created_at: Timestamp,
}

/// What the sender gets when a notification was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    /// the notification's number
    #[cfg_attr(feature = "openapi", schema(value_type = i64, example = 5))]
    pub id: NotificationId,
    /// how far it has come
    pub state: State,
    /// how many inboxes it was put into so far
    #[cfg_attr(feature = "openapi", schema(minimum = 0, example = 1))]
    pub recipients: i64,
    /// when it was accepted
    pub created_at: Timestamp,
}

crate::choice::choice! {
    /// How far a notification has come on its way into the inboxes.
    State {
        /// it waits for its time
        Scheduled = "scheduled",
        /// it is put into one inbox after the other
        Expanding = "expanding",
        /// it is in every recipient's inbox
        #[default]
        Delivered = "delivered",
        /// its sender took it back before its time
        Cancelled = "cancelled",
    }
}

use crate::{ActionUrl, Category, CollapseKey, Data, Message, Timestamp, Title, Topic};

crate::choice::choice! {
    /// What a notification is, and so how it looks.
    Kind {
        /// neutral
        #[default]
        Info = "info",
        /// something went well
        Success = "success",
        /// something needs attention
        Warning = "warning",
        /// something failed
        Error = "error",
    }
}

crate::choice::choice! {
    /// How much a notification may disturb.
    Priority {
        /// can wait
        Low = "low",
        /// the usual
        #[default]
        Medium = "medium",
        /// soon
        High = "high",
        /// at once, whatever is muted
        Critical = "critical",
    }
}

/// What a notification says, whoever gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// headline
    pub title: Option<Title>,
    /// body
    pub message: Message,
    /// how it looks
    pub kind: Kind,
    /// how much it may disturb
    pub priority: Priority,
    /// what it is about
    pub category: Option<Category>,
    /// the subject it was published under
    pub topic: Option<Topic>,
    /// what the application attached
    pub data: Data,
    /// where a click leads
    pub action_url: Option<ActionUrl>,
    /// when it stops being worth showing
    pub expires_at: Option<Timestamp>,
    /// an unread item with the same key is replaced
    pub collapse_key: Option<CollapseKey>,
}

impl Content {
    /// A message with everything else at its default.
    pub fn of(message: Message) -> Self {
        Self {
            title: None,
            message,
            kind: Kind::default(),
            priority: Priority::default(),
            category: None,
            topic: None,
            data: Data::default(),
            action_url: None,
            expires_at: None,
            collapse_key: None,
        }
    }

    /// Whether it is no longer worth showing.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// Whether it is put into inboxes whatever their users have turned off.
    pub fn is_critical(&self) -> bool {
        self.priority == Priority::Critical
    }
}

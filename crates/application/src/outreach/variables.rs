use herald_domain::{Locale, Notification, UserId};
use serde_json::{Map, Value, json};

/// What templates are filled in with.
pub(super) struct Variables<'a> {
    /// oldest first, at least one
    pub(super) notifications: Vec<&'a Notification>,
    pub(super) recipient: &'a UserId,
    pub(super) locale: Option<&'a Locale>,
    pub(super) unsubscribe: Option<&'a str>,
    /// without a slash at its end
    pub(super) public_url: &'a str,
}

impl Variables<'_> {
    /// An object with a member for each.
    pub(super) fn to_value(&self) -> Value {
        let all: Vec<_> = self.notifications.iter().map(|one| self.notification(one)).collect();
        json!({
            "notification": all.last(),
            "notifications": all,
            "is_digest": self.notifications.len() > 1,
            "user": {"id": self.recipient},
            "locale": self.locale,
            "unsubscribe_url": self.unsubscribe,
            "public_url": self.public_url,
        })
    }

    fn notification(&self, notification: &Notification) -> Value {
        let content = &notification.content;
        let data: Map<String, Value> =
            serde_json::from_str(content.data.as_str()).unwrap_or_default();
        let action_url = content.action_url.as_ref().map(|url| self.absolute(url.as_str()));
        json!({
            "id": notification.id,
            "title": content.title,
            "message": content.message,
            "kind": content.kind,
            "priority": content.priority,
            "category": content.category,
            "topic": content.topic,
            "data": data,
            "action_url": action_url,
            "sender": notification.sender,
            "created_at": notification.created_at,
        })
    }

    /// Whoever reads a mail is on no site: a path leads to ours.
    fn absolute(&self, url: &str) -> String {
        match url.starts_with('/') {
            true => format!("{}{url}", self.public_url),
            false => url.to_owned(),
        }
    }
}

use herald_domain::{
    ActionUrl, Category, Data, Kind, Message, Notification, NotificationId, Priority, Timestamp,
    Title, Topic, UserId,
};
use herald_outbound::headline;
use herald_ports::Outgoing;
use serde::Serialize;

/// What a request says, in the form of Standard Webhooks.
#[derive(Serialize)]
pub(crate) struct Body<'a> {
    r#type: &'static str,
    /// when it happened, which is no matter of attempts
    timestamp: Timestamp,
    data: Event<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Event<'a> {
    Message {
        user: &'a UserId,
        subject: Option<String>,
        text: &'a str,
        notifications: Vec<Item<'a>>,
    },
    Test {},
}

/// A notification with the names that it has everywhere, without what the user did with it.
#[derive(Serialize)]
struct Item<'a> {
    id: NotificationId,
    title: Option<&'a Title>,
    message: &'a Message,
    kind: Kind,
    priority: Priority,
    category: Option<&'a Category>,
    topic: Option<&'a Topic>,
    data: &'a Data,
    action_url: Option<&'a ActionUrl>,
    sender: &'a str,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
}

impl<'a> Body<'a> {
    /// That of a message: the same for each of its attempts.
    pub(crate) fn of(message: &'a Outgoing) -> Self {
        let notifications = &message.notifications;
        let newest = notifications.iter().map(|notification| notification.created_at).max();
        Self {
            r#type: if notifications.len() == 1 { "notification" } else { "digest" },
            timestamp: newest.unwrap_or(message.now),
            data: Event::Message {
                user: &message.recipient,
                subject: message.subject.as_deref().map(headline),
                text: &message.text,
                notifications: notifications.iter().map(|one| Item::of(one)).collect(),
            },
        }
    }

    /// That of a call which only asks whether somebody is there.
    pub(crate) fn test(now: Timestamp) -> Self {
        Self { r#type: "test", timestamp: now, data: Event::Test {} }
    }
}

impl<'a> Item<'a> {
    fn of(notification: &'a Notification) -> Self {
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
        }
    }
}

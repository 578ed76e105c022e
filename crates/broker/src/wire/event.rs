use std::borrow::Cow;
use std::sync::Arc;

use herald_domain::{
    ActionUrl, Category, CollapseKey, Content, Data, Flags, Head, InboxItem, Kind, Message,
    Notification, NotificationId, Priority, Rev, SessionId, Timestamp, Title, Topic, UserKey,
};
use herald_ports::{Delivered, LiveEvent};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::gossip::Says;
use super::{Unreadable, newer};

/// An event as it stands in a frame; nothing, should it not be possible.
pub fn encode_event(event: &LiveEvent) -> Option<Box<RawValue>> {
    serde_json::value::to_raw_value(&Event::from(event)).ok()
}

/// Reads an event that came in a frame of this version.
pub fn decode_event(event: &RawValue) -> Result<LiveEvent, Unreadable> {
    let event: Event<'_> = serde_json::from_str(event.get()).map_err(|error| newer(&error))?;
    Ok(event.into())
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Event<'a> {
    Appended { notification: Said<'a>, recipients: Vec<Recipient> },
    Expanding { notification: NotificationId },
    Reached { notification: Said<'a>, after: UserKey, through: UserKey },
    Changed { user: UserKey, head: Head, items: Vec<Item<'a>>, deleted: Cow<'a, [NotificationId]> },
    AllRead { user: UserKey, head: Head, at: Timestamp },
    AllSeen { user: UserKey, head: Head, at: Timestamp },
    Revoked { user: UserKey, session: Option<Cow<'a, SessionId>> },
    Gossip { node: Cow<'a, str>, says: Says<'a> },
}

/// An inbox, its revision, and how many of its items are unread and unseen.
#[derive(Serialize, Deserialize)]
struct Recipient(UserKey, Rev, i64, i64);

#[derive(Serialize, Deserialize)]
struct Said<'a> {
    id: NotificationId,
    sender: Cow<'a, str>,
    created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<Cow<'a, Title>>,
    message: Cow<'a, Message>,
    #[serde(default)]
    kind: Kind,
    #[serde(default)]
    priority: Priority,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    category: Option<Cow<'a, Category>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    topic: Option<Cow<'a, Topic>>,
    data: Cow<'a, Data>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    action_url: Option<Cow<'a, ActionUrl>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    collapse_key: Option<Cow<'a, CollapseKey>>,
}

#[derive(Serialize, Deserialize)]
struct Item<'a> {
    notification: Said<'a>,
    rev: Rev,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    read_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    archived_at: Option<Timestamp>,
}

impl<'a> From<&'a LiveEvent> for Event<'a> {
    fn from(event: &'a LiveEvent) -> Self {
        match event {
            LiveEvent::Appended { notification, recipients } => Self::Appended {
                notification: notification.as_ref().into(),
                recipients: recipients.iter().map(Recipient::from).collect(),
            },
            LiveEvent::Expanding { notification } => {
                Self::Expanding { notification: *notification }
            }
            // whom this node has told is nothing to the others
            LiveEvent::Reached { notification, after, through, told: _ } => Self::Reached {
                notification: notification.as_ref().into(),
                after: *after,
                through: *through,
            },
            LiveEvent::Changed { user, head, items, deleted } => Self::Changed {
                user: *user,
                head: *head,
                items: items.iter().map(Item::from).collect(),
                deleted: deleted.into(),
            },
            LiveEvent::AllRead { user, head, at } => {
                Self::AllRead { user: *user, head: *head, at: *at }
            }
            LiveEvent::AllSeen { user, head, at } => {
                Self::AllSeen { user: *user, head: *head, at: *at }
            }
            LiveEvent::Revoked { user, session } => {
                Self::Revoked { user: *user, session: session.as_ref().map(Cow::Borrowed) }
            }
            LiveEvent::Gossip { node, gossip } => {
                Self::Gossip { node: Cow::Borrowed(node), says: gossip.into() }
            }
        }
    }
}

impl From<Event<'_>> for LiveEvent {
    fn from(event: Event<'_>) -> Self {
        match event {
            Event::Appended { notification, recipients } => Self::Appended {
                notification: Arc::new(notification.into()),
                recipients: recipients.into_iter().map(Delivered::from).collect(),
            },
            Event::Expanding { notification } => Self::Expanding { notification },
            Event::Reached { notification, after, through } => {
                let (notification, told) = (Arc::new(notification.into()), Vec::new());
                Self::Reached { notification, after, through, told }
            }
            Event::Changed { user, head, items, deleted } => Self::Changed {
                user,
                head,
                items: items.into_iter().map(InboxItem::from).collect(),
                deleted: deleted.into_owned(),
            },
            Event::AllRead { user, head, at } => Self::AllRead { user, head, at },
            Event::AllSeen { user, head, at } => Self::AllSeen { user, head, at },
            Event::Revoked { user, session } => {
                Self::Revoked { user, session: session.map(Cow::into_owned) }
            }
            Event::Gossip { node, says } => Self::Gossip { node: node.into(), gossip: says.into() },
        }
    }
}

impl From<&Delivered> for Recipient {
    fn from(Delivered { user, head }: &Delivered) -> Self {
        Self(*user, head.rev, head.unread, head.unseen)
    }
}

impl From<Recipient> for Delivered {
    fn from(Recipient(user, rev, unread, unseen): Recipient) -> Self {
        Self { user, head: Head { rev, unread, unseen } }
    }
}

impl<'a> From<&'a Notification> for Said<'a> {
    fn from(notification: &'a Notification) -> Self {
        let content = &notification.content;
        Self {
            id: notification.id,
            sender: (&notification.sender).into(),
            created_at: notification.created_at,
            title: content.title.as_ref().map(Cow::Borrowed),
            message: Cow::Borrowed(&content.message),
            kind: content.kind,
            priority: content.priority,
            category: content.category.as_ref().map(Cow::Borrowed),
            topic: content.topic.as_ref().map(Cow::Borrowed),
            data: Cow::Borrowed(&content.data),
            action_url: content.action_url.as_ref().map(Cow::Borrowed),
            expires_at: content.expires_at,
            collapse_key: content.collapse_key.as_ref().map(Cow::Borrowed),
        }
    }
}

impl From<Said<'_>> for Notification {
    fn from(said: Said<'_>) -> Self {
        Self {
            id: said.id,
            sender: said.sender.into_owned(),
            created_at: said.created_at,
            content: Content {
                title: said.title.map(Cow::into_owned),
                message: said.message.into_owned(),
                kind: said.kind,
                priority: said.priority,
                category: said.category.map(Cow::into_owned),
                topic: said.topic.map(Cow::into_owned),
                data: said.data.into_owned(),
                action_url: said.action_url.map(Cow::into_owned),
                expires_at: said.expires_at,
                collapse_key: said.collapse_key.map(Cow::into_owned),
            },
        }
    }
}

impl<'a> From<&'a InboxItem> for Item<'a> {
    fn from(item: &'a InboxItem) -> Self {
        let Flags { seen_at, read_at, archived_at } = item.flags;
        let notification = item.notification.as_ref().into();
        Self { notification, rev: item.rev, seen_at, read_at, archived_at }
    }
}

impl From<Item<'_>> for InboxItem {
    fn from(item: Item<'_>) -> Self {
        let Item { notification, rev, seen_at, read_at, archived_at } = item;
        Self {
            notification: Arc::new(notification.into()),
            rev,
            flags: Flags { seen_at, read_at, archived_at },
        }
    }
}

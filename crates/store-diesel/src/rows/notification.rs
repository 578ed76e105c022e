use std::sync::Arc;

use diesel::prelude::*;
use herald_domain::{
    ChannelSet, Content, Data, Notification, NotificationId, Receipt, Route, Timestamp,
};
use herald_ports::SentNotification;

use crate::failure::{Failure, column};
use crate::schema::notifications;

/// What recipients see of a notification.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = notifications)]
pub(crate) struct ContentRow {
    pub(crate) id: i64,
    sender: String,
    title: Option<String>,
    message: String,
    kind: String,
    priority: String,
    category: String,
    topic: Option<String>,
    data: String,
    action_url: Option<String>,
    collapse_key: Option<String>,
    created_at: i64,
    expires_at: Option<i64>,
}

impl TryFrom<ContentRow> for Notification {
    type Error = Failure;

    fn try_from(row: ContentRow) -> Result<Self, Failure> {
        let content = Content {
            title: optional("title", row.title)?,
            message: of("message", row.message.parse())?,
            kind: of("kind", row.kind.parse())?,
            priority: of("priority", row.priority.parse())?,
            category: optional("category", Some(row.category).filter(|text| !text.is_empty()))?,
            topic: optional("topic", row.topic)?,
            data: of("data", Data::from_stored(row.data))?,
            action_url: optional("action_url", row.action_url)?,
            expires_at: row.expires_at.map(Timestamp::from_micros),
            collapse_key: optional("collapse_key", row.collapse_key)?,
        };
        Ok(Self {
            id: NotificationId::new(row.id),
            content,
            sender: row.sender,
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

/// A notification, and by which ways it is told.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = notifications)]
pub(crate) struct RoutedRow {
    #[diesel(embed)]
    pub(crate) content: ContentRow,
    channels: Option<i64>,
    escalate_after: Option<i64>,
    /// the external channels by which it may go out to whoever has not chosen
    pub(crate) open: i64,
}

impl RoutedRow {
    pub(crate) fn route(&self) -> Route {
        Route {
            channels: self.channels.map(ChannelSet::from_bits),
            escalate_after: self.escalate_after.and_then(|seconds| u32::try_from(seconds).ok()),
        }
    }
}

/// A notification as its sender sees it.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = notifications)]
pub(crate) struct SentRow {
    #[diesel(embed)]
    content: ContentRow,
    principal: String,
    state: String,
    recipients: i64,
    total: Option<i64>,
    send_at: Option<i64>,
    channels: Option<i64>,
    escalate_after: Option<i64>,
}

impl TryFrom<SentRow> for SentNotification {
    type Error = Failure;

    fn try_from(row: SentRow) -> Result<Self, Failure> {
        let notification = Notification::try_from(row.content)?;
        Ok(Self {
            receipt: Receipt {
                id: notification.id,
                state: of("state", row.state.parse())?,
                recipients: row.recipients,
                created_at: notification.created_at,
            },
            notification: Arc::new(notification),
            principal: row.principal,
            total: row.total,
            send_at: row.send_at.map(Timestamp::from_micros),
            route: Route {
                channels: row.channels.map(ChannelSet::from_bits),
                escalate_after: row.escalate_after.and_then(|wait| u32::try_from(wait).ok()),
            },
        })
    }
}

fn of<T, E: std::fmt::Display>(name: &str, read: Result<T, E>) -> Result<T, Failure> {
    column("notifications", name, read)
}

fn optional<T>(name: &str, text: Option<String>) -> Result<Option<T>, Failure>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    of(name, text.map(|text| text.parse()).transpose())
}

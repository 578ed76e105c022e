use async_trait::async_trait;
use herald_domain::{Description, Timestamp, Topic, UserId, UserKey};

use crate::{Part, StoreError};

/// A topic to be added.
#[derive(Debug, Clone)]
pub struct NewTopic {
    /// what it is called
    pub name: Topic,
    /// what it is about
    pub description: Option<Description>,
    /// whether everybody may subscribe; otherwise an administrator adds those who shall
    pub open: bool,
    /// when this happens
    pub now: Timestamp,
}

/// What an administrator changes about a topic; `None` leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TopicChange {
    /// what it is about
    pub description: Option<Description>,
    /// whether everybody may subscribe; who does already goes on doing so
    pub open: Option<bool>,
}

/// Which topics there are for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// the open ones, and those the user subscribes to: every other is as if it did not exist
    Own,
    /// all of them, and how many subscribe to each: for administrators
    All,
}

/// A topic as a user sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicView {
    /// what it is called
    pub name: Topic,
    /// what it is about
    pub description: Option<Description>,
    /// whether everybody may subscribe
    pub open: bool,
    /// when it was created
    pub created_at: Timestamp,
    /// whether that user subscribes to it
    pub subscribed: bool,
    /// how many do; counted within [`Reach::All`] only
    pub subscribers: Option<i64>,
}

/// What became of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subscribed {
    /// the user subscribes to the topic, now or already
    Done,
    /// there is no such topic within reach
    UnknownTopic,
    /// the user subscribes to as many topics as anybody may
    TooMany,
}

/// Somebody who subscribes to a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    /// the store's handle
    pub key: UserKey,
    /// how the outside names the user
    pub id: UserId,
}

/// The topics, and who subscribes to them.
///
/// A name belongs to one topic at most. It says nothing of notifications, which may name any topic.
#[async_trait]
pub trait TopicStore: Send + Sync + 'static {
    /// Adds a topic, and answers it as `user` sees it; `None` if there is one of that name.
    async fn create(&self, user: UserKey, new: NewTopic) -> Result<Option<TopicView>, StoreError>;

    /// At most `limit` topics that are within reach of a user, in the order of their names; those
    /// after `after`, if given.
    async fn list(
        &self,
        user: UserKey,
        reach: Reach,
        after: Option<Topic>,
        limit: usize,
    ) -> Result<Part<TopicView, Topic>, StoreError>;

    /// Changes a topic, and answers it as `user` sees it; `None` if there is none.
    async fn change(
        &self,
        user: UserKey,
        topic: Topic,
        change: TopicChange,
    ) -> Result<Option<TopicView>, StoreError>;

    /// Removes a topic and all subscriptions to it; whether there was one. A topic that gets its
    /// name later begins without subscribers.
    async fn remove(&self, topic: Topic, now: Timestamp) -> Result<bool, StoreError>;

    /// Subscribes a user to a topic within reach, unless the user subscribes to `most` others.
    /// Twice is once.
    async fn subscribe(
        &self,
        user: UserKey,
        reach: Reach,
        topic: Topic,
        most: usize,
    ) -> Result<Subscribed, StoreError>;

    /// Ends a subscription, if there is one; whether there is such a topic within reach.
    async fn unsubscribe(
        &self,
        user: UserKey,
        reach: Reach,
        topic: Topic,
    ) -> Result<bool, StoreError>;

    /// At most `limit` subscribers of a topic, in the order of their keys; those after `after`, if
    /// given. `None` if there is no such topic.
    async fn subscribers(
        &self,
        topic: Topic,
        after: Option<UserKey>,
        limit: usize,
    ) -> Result<Option<Part<Subscriber, UserKey>>, StoreError>;
}

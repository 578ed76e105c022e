use std::sync::Arc;

use herald_domain::{Topic, UserId, UserKey, UserPrincipal, Violations};
use herald_ports::{
    Clock, NewTopic, Part, Reach, StoreError, Subscribed, Subscriber, TopicChange, TopicStore,
    TopicView, UserStore,
};

/// Why topics were not served.
#[derive(Debug, thiserror::Error)]
pub enum TopicError {
    /// what was given breaks rules
    #[error("{0}")]
    Invalid(Violations),
    /// there is a topic of that name
    #[error("topic exists")]
    Exists,
    /// there is no such topic for the caller, or no such user
    #[error("there is no such topic or user")]
    Unknown,
    /// the user subscribes to as many topics as anybody may
    #[error("user has too many subscriptions")]
    TooManySubscriptions,
    /// the store did not do it
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Topics, and who subscribes to them.
///
/// An administrator reaches every topic; everybody else the open ones, and those they subscribe to.
/// What only an administrator may do, the caller checks.
pub struct Topics {
    store: Arc<dyn TopicStore>,
    users: Arc<dyn UserStore>,
    clock: Arc<dyn Clock>,
}

impl Topics {
    /// The most topics of one list.
    pub const MAX_LIMIT: usize = 100;
    /// The most topics that one user subscribes to.
    pub const MAX_SUBSCRIPTIONS: usize = 1_000;

    /// Over a store.
    pub fn new(
        store: Arc<dyn TopicStore>,
        users: Arc<dyn UserStore>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { store, users, clock }
    }

    /// Some of the topics within the caller's reach, in the order of their names.
    pub async fn list(
        &self,
        caller: &UserPrincipal,
        after: Option<Topic>,
        limit: usize,
    ) -> Result<Part<TopicView, Topic>, TopicError> {
        Ok(self.store.list(caller.key, reach(caller), after, limit).await?)
    }

    /// Subscribes the caller to a topic. Twice is once.
    pub async fn subscribe(&self, caller: &UserPrincipal, topic: Topic) -> Result<(), TopicError> {
        self.add(caller.key, reach(caller), topic).await
    }

    /// Ends the caller's subscription to a topic, if there is one.
    pub async fn unsubscribe(
        &self,
        caller: &UserPrincipal,
        topic: Topic,
    ) -> Result<(), TopicError> {
        found(self.store.unsubscribe(caller.key, reach(caller), topic).await?)
    }

    /// Adds a topic. If it is not open, only [`Topics::invite`] subscribes anybody to it.
    pub async fn create(
        &self,
        admin: &UserPrincipal,
        name: &str,
        description: Option<&str>,
        open: bool,
    ) -> Result<TopicView, TopicError> {
        let mut broken = Violations::default();
        let name = broken.take("name", name.parse());
        let description = description.and_then(|text| broken.take("description", text.parse()));
        let (Some(name), Ok(())) = (name, broken.clone().into_result()) else {
            return Err(TopicError::Invalid(broken));
        };
        let new = NewTopic { name, description, open, now: self.clock.now() };
        self.store.create(admin.key, new).await?.ok_or(TopicError::Exists)
    }

    /// Changes a topic. Who subscribes to one that is closed goes on doing so.
    pub async fn change(
        &self,
        admin: &UserPrincipal,
        topic: Topic,
        change: TopicChange,
    ) -> Result<TopicView, TopicError> {
        self.store.change(admin.key, topic, change).await?.ok_or(TopicError::Unknown)
    }

    /// Removes a topic; all subscriptions to it end.
    pub async fn remove(&self, topic: Topic) -> Result<(), TopicError> {
        found(self.store.remove(topic, self.clock.now()).await?)
    }

    /// Subscribes a user to a topic, open or not. Twice is once.
    pub async fn invite(&self, topic: Topic, user: UserId) -> Result<(), TopicError> {
        let user = self.find(user).await?;
        self.add(user, Reach::All, topic).await
    }

    /// Ends a user's subscription to a topic, if there is one.
    pub async fn expel(&self, topic: Topic, user: UserId) -> Result<(), TopicError> {
        let user = self.find(user).await?;
        found(self.store.unsubscribe(user, Reach::All, topic).await?)
    }

    /// Some of those who subscribe to a topic, in the order in which they became users.
    pub async fn subscribers(
        &self,
        topic: Topic,
        after: Option<UserKey>,
        limit: usize,
    ) -> Result<Part<Subscriber, UserKey>, TopicError> {
        self.store.subscribers(topic, after, limit).await?.ok_or(TopicError::Unknown)
    }

    async fn add(&self, user: UserKey, reach: Reach, topic: Topic) -> Result<(), TopicError> {
        match self.store.subscribe(user, reach, topic, Self::MAX_SUBSCRIPTIONS).await? {
            Subscribed::Done => Ok(()),
            Subscribed::UnknownTopic => Err(TopicError::Unknown),
            Subscribed::TooMany => Err(TopicError::TooManySubscriptions),
        }
    }

    async fn find(&self, user: UserId) -> Result<UserKey, TopicError> {
        let user = self.users.by_id(user).await?;
        user.map(|user| user.key).ok_or(TopicError::Unknown)
    }
}

fn reach(caller: &UserPrincipal) -> Reach {
    if caller.role.is_admin() { Reach::All } else { Reach::Own }
}

fn found(found: bool) -> Result<(), TopicError> {
    if found { Ok(()) } else { Err(TopicError::Unknown) }
}

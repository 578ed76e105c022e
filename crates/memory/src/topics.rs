use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use async_trait::async_trait;
use herald_domain::{Description, Timestamp, Topic, UserKey};
use herald_ports::{
    NewTopic, Part, Reach, StoreError, Subscribed, Subscriber, TopicChange, TopicStore, TopicView,
};

use crate::MemoryStore;
use crate::users::Users;

/// The topics by their names.
#[derive(Debug, Default)]
pub(crate) struct Topics(BTreeMap<Topic, Details>);

#[derive(Debug)]
struct Details {
    description: Option<Description>,
    open: bool,
    created_at: Timestamp,
    subscribers: BTreeSet<UserKey>,
}

impl Details {
    fn is_within(&self, reach: Reach, user: UserKey) -> bool {
        match reach {
            Reach::Own => self.open || self.subscribers.contains(&user),
            Reach::All => true,
        }
    }

    fn seen(&self, name: &Topic, reach: Reach, user: UserKey) -> TopicView {
        let count = self.subscribers.len() as i64;
        TopicView {
            name: name.clone(),
            description: self.description.clone(),
            open: self.open,
            created_at: self.created_at,
            subscribed: self.subscribers.contains(&user),
            subscribers: (reach == Reach::All).then_some(count),
        }
    }
}

impl Topics {
    fn within(&mut self, reach: Reach, user: UserKey, topic: &Topic) -> Option<&mut Details> {
        self.0.get_mut(topic).filter(|details| details.is_within(reach, user))
    }

    pub(crate) fn knows(&self, topic: &Topic) -> bool {
        self.0.contains_key(topic)
    }

    pub(crate) fn subscribers_of(&self, topic: &Topic) -> BTreeSet<UserKey> {
        self.0.get(topic).map(|details| details.subscribers.clone()).unwrap_or_default()
    }

    fn create(&mut self, user: UserKey, new: NewTopic) -> Option<TopicView> {
        if self.0.contains_key(&new.name) {
            return None;
        }
        let details = Details {
            description: new.description,
            open: new.open,
            created_at: new.now,
            subscribers: BTreeSet::new(),
        };
        let seen = details.seen(&new.name, Reach::All, user);
        self.0.insert(new.name, details);
        Some(seen)
    }

    fn list(
        &self,
        user: UserKey,
        reach: Reach,
        after: Option<&Topic>,
        limit: usize,
    ) -> Part<TopicView, Topic> {
        let after = after.map_or(Bound::Unbounded, Bound::Excluded);
        let topics = self.0.range::<Topic, _>((after, Bound::Unbounded));
        let seen = topics
            .filter(|(_, details)| details.is_within(reach, user))
            .map(|(name, details)| details.seen(name, reach, user));
        Part::of(seen.take(limit + 1).collect(), limit, |last| last.name.clone())
    }

    fn change(&mut self, user: UserKey, topic: &Topic, change: TopicChange) -> Option<TopicView> {
        let details = self.0.get_mut(topic)?;
        details.description = change.description.or(details.description.take());
        details.open = change.open.unwrap_or(details.open);
        Some(details.seen(topic, Reach::All, user))
    }

    fn subscribe(&mut self, user: UserKey, reach: Reach, topic: &Topic, most: usize) -> Subscribed {
        let others = self
            .0
            .iter()
            .filter(|(name, details)| *name != topic && details.subscribers.contains(&user));
        let is_full = others.count() >= most;
        match self.within(reach, user, topic) {
            None => Subscribed::UnknownTopic,
            Some(details) if details.subscribers.contains(&user) => Subscribed::Done,
            Some(_) if is_full => Subscribed::TooMany,
            Some(details) => {
                details.subscribers.insert(user);
                Subscribed::Done
            }
        }
    }

    fn unsubscribe(&mut self, user: UserKey, reach: Reach, topic: &Topic) -> bool {
        let details = self.within(reach, user, topic);
        details.map(|details| details.subscribers.remove(&user)).is_some()
    }

    fn subscribers(
        &self,
        users: &Users,
        topic: &Topic,
        after: Option<UserKey>,
        limit: usize,
    ) -> Option<Part<Subscriber, UserKey>> {
        let after = after.map_or(Bound::Unbounded, Bound::Excluded);
        let keys = self.0.get(topic)?.subscribers.range((after, Bound::Unbounded));
        let subscriber = |key: &UserKey| {
            users.by_key(*key).map(|user| Subscriber { key: user.key, id: user.id.clone() })
        };
        let found = keys.filter_map(subscriber).take(limit + 1).collect();
        Some(Part::of(found, limit, |last| last.key))
    }
}

#[async_trait]
impl TopicStore for MemoryStore {
    async fn create(&self, user: UserKey, new: NewTopic) -> Result<Option<TopicView>, StoreError> {
        Ok(self.state()?.topics.create(user, new))
    }

    async fn list(
        &self,
        user: UserKey,
        reach: Reach,
        after: Option<Topic>,
        limit: usize,
    ) -> Result<Part<TopicView, Topic>, StoreError> {
        Ok(self.state()?.topics.list(user, reach, after.as_ref(), limit))
    }

    async fn change(
        &self,
        user: UserKey,
        topic: Topic,
        change: TopicChange,
    ) -> Result<Option<TopicView>, StoreError> {
        Ok(self.state()?.topics.change(user, &topic, change))
    }

    async fn remove(&self, topic: Topic, _: Timestamp) -> Result<bool, StoreError> {
        Ok(self.state()?.topics.0.remove(&topic).is_some())
    }

    async fn subscribe(
        &self,
        user: UserKey,
        reach: Reach,
        topic: Topic,
        most: usize,
    ) -> Result<Subscribed, StoreError> {
        Ok(self.state()?.topics.subscribe(user, reach, &topic, most))
    }

    async fn unsubscribe(
        &self,
        user: UserKey,
        reach: Reach,
        topic: Topic,
    ) -> Result<bool, StoreError> {
        Ok(self.state()?.topics.unsubscribe(user, reach, &topic))
    }

    async fn subscribers(
        &self,
        topic: Topic,
        after: Option<UserKey>,
        limit: usize,
    ) -> Result<Option<Part<Subscriber, UserKey>>, StoreError> {
        let state = self.state()?;
        Ok(state.topics.subscribers(&state.users, &topic, after, limit))
    }
}

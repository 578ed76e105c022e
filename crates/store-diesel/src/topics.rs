mod list;
mod subscribe;

use async_trait::async_trait;
use diesel::prelude::*;
use herald_domain::{Timestamp, Topic, UserKey};
use herald_ports::{
    NewTopic, Part, Reach, StoreError, Subscribed, Subscriber, TopicChange, TopicStore, TopicView,
};

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::locks;
use crate::schema::topics;
use crate::store::DieselStore;

#[async_trait]
impl TopicStore for DieselStore {
    async fn create(&self, user: UserKey, new: NewTopic) -> Result<Option<TopicView>, StoreError> {
        self.write(move |conn| create(conn, user, &new)).await
    }

    async fn list(
        &self,
        user: UserKey,
        reach: Reach,
        after: Option<Topic>,
        limit: usize,
    ) -> Result<Part<TopicView, Topic>, StoreError> {
        self.read(move |conn| list::list(conn, user, reach, after.as_ref(), limit)).await
    }

    async fn change(
        &self,
        user: UserKey,
        topic: Topic,
        change: TopicChange,
    ) -> Result<Option<TopicView>, StoreError> {
        self.write(move |conn| self::change(conn, user, &topic, &change)).await
    }

    async fn remove(&self, topic: Topic, now: Timestamp) -> Result<bool, StoreError> {
        self.write(move |conn| remove(conn, &topic, now)).await
    }

    async fn subscribe(
        &self,
        user: UserKey,
        reach: Reach,
        topic: Topic,
        most: usize,
    ) -> Result<Subscribed, StoreError> {
        self.write(move |conn| subscribe::subscribe(conn, user, reach, &topic, most)).await
    }

    async fn unsubscribe(
        &self,
        user: UserKey,
        reach: Reach,
        topic: Topic,
    ) -> Result<bool, StoreError> {
        self.write(move |conn| subscribe::unsubscribe(conn, user, reach, &topic)).await
    }

    async fn subscribers(
        &self,
        topic: Topic,
        after: Option<UserKey>,
        limit: usize,
    ) -> Result<Option<Part<Subscriber, UserKey>>, StoreError> {
        self.read(move |conn| list::subscribers(conn, &topic, after, limit)).await
    }
}

/// The number of the topic of that name.
pub(crate) fn id_of(conn: &mut Conn, topic: &Topic) -> Result<Option<i64>, Failure> {
    Ok(on_conn!(conn, c => topics::table
        .filter(topics::name.eq(topic.as_str()))
        .select(topics::id)
        .get_result(c)
        .optional())?)
}

fn create(conn: &mut Conn, user: UserKey, new: &NewTopic) -> Result<Option<TopicView>, Failure> {
    let row = (
        topics::name.eq(new.name.as_str()),
        topics::description.eq(new.description.as_ref().map(|text| text.as_str())),
        topics::open.eq(new.open),
        topics::created_at.eq(new.now.as_micros()),
    );
    let added = on_conn!(conn, c => diesel::insert_into(topics::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    if added == 0 {
        return Ok(None);
    }
    list::view(conn, user, &new.name)
}

fn change(
    conn: &mut Conn,
    user: UserKey,
    topic: &Topic,
    change: &TopicChange,
) -> Result<Option<TopicView>, Failure> {
    locks::topic(conn, topic)?;
    let Some(before) = list::view(conn, user, topic)? else {
        return Ok(None);
    };
    let after = TopicView {
        description: change.description.clone().or(before.description),
        open: change.open.unwrap_or(before.open),
        ..before
    };
    let columns = (
        topics::description.eq(after.description.as_ref().map(|text| text.as_str())),
        topics::open.eq(after.open),
    );
    on_conn!(conn, c => diesel::update(topics::table)
        .filter(topics::name.eq(topic.as_str()))
        .set(columns)
        .execute(c))?;
    Ok(Some(after))
}

/// Takes a topic's name away; its subscriptions are removed by [`crate::retention`].
fn remove(conn: &mut Conn, topic: &Topic, now: Timestamp) -> Result<bool, Failure> {
    let columns = (topics::name.eq(None::<&str>), topics::deleted_at.eq(now.as_micros()));
    let removed = on_conn!(conn, c => diesel::update(topics::table)
        .filter(topics::name.eq(topic.as_str()))
        .set(columns)
        .execute(c))?;
    Ok(removed > 0)
}

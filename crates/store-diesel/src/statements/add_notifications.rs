use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use herald_domain::{Category, ChannelSet, Draft, State};
use herald_ports::Append;

use crate::rows::micros;

/// Adds notifications that go into inboxes at once, and answers their numbers; on PostgreSQL.
#[derive(Debug, Default)]
pub(crate) struct AddNotifications<'a> {
    senders: Vec<&'a str>,
    principals: Vec<&'a str>,
    titles: Vec<Option<&'a str>>,
    messages: Vec<&'a str>,
    kinds: Vec<&'a str>,
    priorities: Vec<&'a str>,
    categories: Vec<&'a str>,
    topics: Vec<Option<&'a str>>,
    data: Vec<&'a str>,
    action_urls: Vec<Option<&'a str>>,
    recipients: Vec<i64>,
    created: Vec<i64>,
    expiring: Vec<Option<i64>>,
    channels: Vec<Option<i64>>,
    waits: Vec<Option<i64>>,
    open: Vec<i64>,
    traces: Vec<Option<&'a str>>,
}

impl<'a> AddNotifications<'a> {
    /// Adds one that so many inboxes are about to hold.
    pub(crate) fn add(&mut self, append: &'a Append, draft: &'a Draft, recipients: i64) {
        let (content, route) = (&draft.content, draft.route);
        self.senders.push(&append.sender);
        self.principals.push(&append.principal);
        self.titles.push(content.title.as_ref().map(|text| text.as_str()));
        self.messages.push(content.message.as_str());
        self.kinds.push(content.kind.as_str());
        self.priorities.push(content.priority.as_str());
        self.categories.push(content.category.as_ref().map_or("", Category::as_str));
        self.topics.push(content.topic.as_ref().map(|text| text.as_str()));
        self.data.push(content.data.as_str());
        self.action_urls.push(content.action_url.as_ref().map(|text| text.as_str()));
        self.recipients.push(recipients);
        self.created.push(append.now.as_micros());
        self.expiring.push(micros(content.expires_at));
        self.channels.push(route.channels.map(ChannelSet::bits));
        self.waits.push(route.escalate_after.map(i64::from));
        self.open.push(append.defaults.open(content, route).bits());
        self.traces.push(append.traceparent.as_deref());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.recipients.is_empty()
    }
}

impl Query for AddNotifications<'_> {
    type SqlType = BigInt;
}

impl<C> RunQueryDsl<C> for AddNotifications<'_> {}

impl QueryId for AddNotifications<'_> {
    type QueryId = AddNotifications<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for AddNotifications<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO notifications (sender, principal, title, message, kind, priority, \
             category, topic, data, action_url, created_at, expires_at, channels, escalate_after, \
             open, traceparent, recipients, holders, total, state) \
             SELECT sender, principal, title, message, kind, priority, category, topic, data, \
             action_url, created_at, expires_at, channels, escalate_after, open, traceparent, \
             recipients, recipients, recipients, ",
        );
        out.push_bind_param::<Text, _>(State::Delivered.as_str())?;
        out.push_sql(" FROM unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.senders)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.principals)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.titles)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.messages)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.kinds)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.priorities)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.categories)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.topics)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.data)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.action_urls)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.created)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<BigInt>>, _>(&self.expiring)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<BigInt>>, _>(&self.channels)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<BigInt>>, _>(&self.waits)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.open)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.traces)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.recipients)?;
        out.push_sql(
            ") WITH ORDINALITY AS list (sender, principal, title, message, kind, priority, \
             category, topic, data, action_url, created_at, expires_at, channels, \
             escalate_after, open, traceparent, recipients, place) \
             ORDER BY place RETURNING id",
        );
        Ok(())
    }
}

use herald_domain::{Description, Timestamp, Topic};
use herald_ports::{Part, TopicView};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::Answer;
use super::cursor::Cursor;
use super::part::PartQuery;

/// A topic, as the caller sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = TopicView)]
pub(super) struct TopicBody<'a> {
    #[schema(value_type = Topic, example = "releases")]
    name: &'a Topic,
    #[schema(value_type = Option<Description>, required, example = "New versions")]
    description: Option<&'a Description>,
    /// whether everybody may subscribe; otherwise an administrator adds those who shall
    #[schema(example = true)]
    open: bool,
    /// whether the caller subscribes to it
    #[schema(example = true)]
    subscribed: bool,
    /// how many do; null for all but administrators
    #[schema(required, minimum = 0, example = 42)]
    subscribers: Option<i64>,
    created_at: Timestamp,
}

/// Some topics.
#[derive(Serialize, ToSchema)]
#[schema(as = TopicPage)]
pub(super) struct TopicsBody<'a> {
    /// in the order of their names
    items: Vec<TopicBody<'a>>,
    /// where the next part begins; null on the last
    #[schema(required, example = "MTpyZWxlYXNlcw")]
    next_cursor: Option<String>,
}

impl<'a> From<&'a TopicView> for TopicBody<'a> {
    fn from(topic: &'a TopicView) -> Self {
        Self {
            name: &topic.name,
            description: topic.description.as_ref(),
            open: topic.open,
            subscribed: topic.subscribed,
            subscribers: topic.subscribers,
            created_at: topic.created_at,
        }
    }
}

/// 200 with the topics asked for.
pub(super) fn answer(
    path: &str,
    query: &PartQuery<Topic>,
    topics: Part<TopicView, Topic>,
) -> Answer {
    let body = TopicsBody {
        items: topics.items.iter().map(TopicBody::from).collect(),
        next_cursor: topics.next.clone().map(|place| Cursor(place).to_string()),
    };
    query.answer(path, topics.next, &body)
}

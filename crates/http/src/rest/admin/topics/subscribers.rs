use actix_web::get;
use actix_web::web::Data;
use herald_domain::{Topic, UserId, UserKey};
use herald_ports::Subscriber;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Services;
use crate::extract::{Admin, PathParam, QueryParams};
use crate::rest::answer::Answer;
use crate::rest::cursor::Cursor;
use crate::rest::part::PartQuery;

/// Some of those who subscribe to a topic.
#[derive(Serialize, ToSchema)]
#[schema(as = SubscriberPage)]
struct SubscribersBody<'a> {
    /// in the order in which they became users
    items: Vec<SubscriberBody<'a>>,
    /// where the next part begins; null on the last
    #[schema(required, example = "MTo3")]
    next_cursor: Option<String>,
}

/// Somebody who subscribes to a topic.
#[derive(Serialize, ToSchema)]
#[schema(as = Subscriber)]
struct SubscriberBody<'a> {
    /// the user's id
    #[schema(value_type = UserId, example = "alice")]
    user: &'a UserId,
}

impl<'a> From<&'a Subscriber> for SubscriberBody<'a> {
    fn from(subscriber: &'a Subscriber) -> Self {
        Self { user: &subscriber.id }
    }
}

/// List the subscribers of a topic
#[utoipa::path(
    operation_id = "listSubscribers",
    tag = "admin",
    params(("topic" = Topic, Path, description = "the topic's name"), PartQuery<UserKey>),
    responses((status = 200, description = "some subscribers", body = SubscribersBody,
               headers(("Link" = String, description = "RFC 8288: first, next"))))
)]
#[get("/admin/topics/{topic}/subscribers")]
pub(super) async fn subscribers(
    _: Admin,
    services: Data<Services>,
    PathParam(topic): PathParam<Topic>,
    QueryParams(query): QueryParams<PartQuery<UserKey>>,
) -> Answer {
    let path = format!("/api/v1/admin/topics/{topic}/subscribers");
    let found = services.topics.subscribers(topic, query.after(), query.limit()).await?;
    let body = SubscribersBody {
        items: found.items.iter().map(SubscriberBody::from).collect(),
        next_cursor: found.next.map(|place| Cursor(place).to_string()),
    };
    query.answer(&path, found.next, &body)
}

use actix_web::get;
use actix_web::web::Data;
use herald_domain::Topic;

use crate::Services;
use crate::extract::{Person, QueryParams};
use crate::rest::answer::Answer;
use crate::rest::part::PartQuery;
use crate::rest::topic::{self, TopicsBody};

/// List the topics
///
/// The open ones, and those that I subscribe to; an administrator sees all.
#[utoipa::path(
    operation_id = "listTopics",
    tag = "topics",
    params(PartQuery<Topic>),
    responses((status = 200, description = "some topics, in the order of their names", body = TopicsBody,
               headers(("Link" = String, description = "RFC 8288: first, next"))))
)]
#[get("/topics")]
pub(super) async fn list(
    Person(user): Person,
    services: Data<Services>,
    QueryParams(query): QueryParams<PartQuery<Topic>>,
) -> Answer {
    let topics = services.topics.list(&user, query.after(), query.limit()).await?;
    topic::answer("/api/v1/topics", &query, topics)
}

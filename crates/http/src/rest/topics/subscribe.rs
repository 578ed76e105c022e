use actix_web::put;
use actix_web::web::Data;
use herald_domain::Topic;

use crate::Services;
use crate::extract::{NoQuery, PathParam, Person};
use crate::problem::ProblemBody;
use crate::rest::answer::{self, Answer};

/// Subscribe to a topic
///
/// The second time changes nothing. A topic by invitation is not found, unless I subscribe to it
/// already.
#[utoipa::path(
    operation_id = "subscribe",
    tag = "topics",
    params(("topic" = Topic, Path, description = "the topic's name")),
    responses(
        (status = 204, description = "I subscribe to it"),
        (status = 409, description = "too many subscriptions", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[put("/topics/{topic}/subscription")]
pub(super) async fn subscribe(
    Person(user): Person,
    services: Data<Services>,
    PathParam(topic): PathParam<Topic>,
    _: NoQuery,
) -> Answer {
    services.topics.subscribe(&user, topic).await?;
    answer::nothing()
}

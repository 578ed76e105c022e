use actix_web::delete;
use actix_web::web::Data;
use herald_domain::Topic;

use crate::Services;
use crate::extract::{NoQuery, PathParam, Person};
use crate::rest::answer::{self, Answer};

/// Unsubscribe from a topic
///
/// Where there is no subscription, this changes nothing. Only an administrator brings me back to a
/// topic by invitation.
#[utoipa::path(
    operation_id = "unsubscribe",
    tag = "topics",
    params(("topic" = Topic, Path, description = "the topic's name")),
    responses((status = 204, description = "I do not subscribe to it"))
)]
#[delete("/topics/{topic}/subscription")]
pub(super) async fn unsubscribe(
    Person(user): Person,
    services: Data<Services>,
    PathParam(topic): PathParam<Topic>,
    _: NoQuery,
) -> Answer {
    services.topics.unsubscribe(&user, topic).await?;
    answer::nothing()
}

use actix_web::delete;
use actix_web::web::Data;
use herald_domain::Topic;

use crate::Services;
use crate::extract::{Admin, NoQuery, PathParam};
use crate::rest::answer::{self, Answer};

/// Remove a topic
///
/// All subscriptions to it end. What was sent about it stays.
#[utoipa::path(
    operation_id = "deleteTopic",
    tag = "admin",
    params(("topic" = Topic, Path, description = "the topic's name")),
    responses((status = 204, description = "the topic is gone"))
)]
#[delete("/admin/topics/{topic}")]
pub(super) async fn remove(
    _: Admin,
    services: Data<Services>,
    PathParam(topic): PathParam<Topic>,
    _: NoQuery,
) -> Answer {
    services.topics.remove(topic).await?;
    answer::nothing()
}

use actix_web::put;
use actix_web::web::Data;
use herald_domain::{Topic, UserId};

use crate::Services;
use crate::extract::{Admin, NoQuery, PathParam};
use crate::problem::ProblemBody;
use crate::rest::answer::{self, Answer};

/// Subscribe a user to a topic
///
/// Open or not: this is how users come to a topic by invitation. The second time changes nothing.
#[utoipa::path(
    operation_id = "addSubscriber",
    tag = "admin",
    params(
        ("topic" = Topic, Path, description = "the topic's name"),
        ("id" = UserId, Path, description = "the user's id"),
    ),
    responses(
        (status = 204, description = "the user subscribes to it"),
        (status = 409, description = "too many subscriptions", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[put("/admin/topics/{topic}/subscribers/{id}")]
pub(super) async fn invite(
    _: Admin,
    services: Data<Services>,
    PathParam(topic): PathParam<Topic>,
    PathParam(user): PathParam<UserId>,
    _: NoQuery,
) -> Answer {
    services.topics.invite(topic, user).await?;
    answer::nothing()
}

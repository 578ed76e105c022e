use actix_web::delete;
use actix_web::web::Data;
use herald_domain::{Topic, UserId};

use crate::Services;
use crate::extract::{Admin, NoQuery, PathParam};
use crate::rest::answer::{self, Answer};

/// Unsubscribe a user from a topic
///
/// Where there is no subscription, this changes nothing.
#[utoipa::path(
    operation_id = "removeSubscriber",
    tag = "admin",
    params(
        ("topic" = Topic, Path, description = "the topic's name"),
        ("id" = UserId, Path, description = "the user's id"),
    ),
    responses((status = 204, description = "the user does not subscribe to it"))
)]
#[delete("/admin/topics/{topic}/subscribers/{id}")]
pub(super) async fn expel(
    _: Admin,
    services: Data<Services>,
    PathParam(topic): PathParam<Topic>,
    PathParam(user): PathParam<UserId>,
    _: NoQuery,
) -> Answer {
    services.topics.expel(topic, user).await?;
    answer::nothing()
}

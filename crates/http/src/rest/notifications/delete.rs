use actix_web::delete;
use actix_web::web::Data;
use herald_domain::NotificationId;

use crate::Services;
use crate::extract::{NoQuery, PathParam, Person};
use crate::rest::answer::{self, Answer};

/// Remove an item from my inbox
#[utoipa::path(
    operation_id = "deleteNotification",
    tag = "notifications",
    params(("id" = i64, Path, description = "the notification's number", minimum = 1, example = 5)),
    responses((status = 204, description = "it is gone, on all devices"))
)]
#[delete("/notifications/{id}")]
pub(super) async fn delete(
    Person(user): Person,
    services: Data<Services>,
    PathParam(id): PathParam<NotificationId>,
    _: NoQuery,
) -> Answer {
    services.inbox.delete_one(user.key, id).await?;
    answer::nothing()
}

use actix_web::put;
use actix_web::web::Data;
use herald_domain::{ItemBody, NotificationId, Patch};

use crate::Services;
use crate::extract::{NoQuery, PathParam, Person};
use crate::rest::answer::{self, Answer};

/// Mark an item as read
///
/// The second time changes nothing.
#[utoipa::path(
    operation_id = "markRead",
    tag = "notifications",
    params(("id" = i64, Path, description = "the notification's number", minimum = 1, example = 5)),
    responses((status = 200, description = "the item as it is now", body = ItemBody))
)]
#[put("/notifications/{id}/read")]
pub(super) async fn read(
    Person(user): Person,
    services: Data<Services>,
    PathParam(id): PathParam<NotificationId>,
    _: NoQuery,
) -> Answer {
    answer::ok(&services.inbox.patch_one(user.key, id, Patch::read(true)).await?)
}

use actix_web::delete;
use actix_web::web::Data;
use herald_domain::UserId;

use crate::Services;
use crate::extract::{Admin, NoQuery, PathParam};
use crate::problem::ProblemBody;
use crate::rest::answer::{self, Answer};

/// Delete a user
///
/// At once nobody is found by the id or the name, every token is refused and every socket closed; the
/// inbox is erased soon after. The id may come back as another user, with an empty inbox, but not by a
/// token from before.
#[utoipa::path(
    operation_id = "deleteUser",
    tag = "admin",
    params(("id" = UserId, Path, description = "the user's id")),
    responses(
        (status = 204, description = "the user is gone"),
        (status = 409, description = "last administrator", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[delete("/admin/users/{id}")]
pub(super) async fn remove(
    _: Admin,
    services: Data<Services>,
    PathParam(id): PathParam<UserId>,
    _: NoQuery,
) -> Answer {
    services.accounts.delete(&id).await?;
    answer::nothing()
}

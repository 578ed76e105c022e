use actix_web::delete;
use actix_web::web::Data;

use crate::Services;
use crate::extract::{Admin, NoQuery, PathParam};
use crate::rest::answer::{self, Answer};

/// Lift a suppression
#[utoipa::path(
    operation_id = "liftSuppression",
    tag = "admin",
    params(("id" = i64, Path, description = "the suppression's number", minimum = 1, example = 4)),
    responses((status = 204, description = "what is sent from now on goes there again"))
)]
#[delete("/admin/suppressions/{id}")]
pub(super) async fn lift(
    _: Admin,
    services: Data<Services>,
    PathParam(id): PathParam<i64>,
    _: NoQuery,
) -> Answer {
    services.suppressions.lift(id).await?;
    answer::nothing()
}

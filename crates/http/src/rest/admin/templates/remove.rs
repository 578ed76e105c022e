use actix_web::delete;
use actix_web::web::Data;

use crate::Services;
use crate::extract::{Admin, NoQuery, PathParam};
use crate::rest::answer::{self, Answer};

/// Delete a template
#[utoipa::path(
    operation_id = "deleteTemplate",
    tag = "admin",
    params(("id" = i64, Path, description = "the template's number", minimum = 1, example = 2)),
    responses((status = 204, description = "the template is gone"))
)]
#[delete("/admin/templates/{id}")]
pub(super) async fn remove(
    _: Admin,
    services: Data<Services>,
    PathParam(id): PathParam<i64>,
    _: NoQuery,
) -> Answer {
    services.templates.remove(id).await?;
    answer::nothing()
}

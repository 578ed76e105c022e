use actix_web::delete;
use actix_web::web::Data;

use super::id::DeadJobId;
use crate::Services;
use crate::extract::{Admin, NoQuery, PathParam};
use crate::rest::answer::{self, Answer};

/// Forget a dead job
#[utoipa::path(
    operation_id = "removeDeadJob",
    tag = "admin",
    params(("id" = String, Path, description = "the job's id", min_length = 1, max_length = 64,
            pattern = "^[A-Za-z0-9]+$", example = "8a2f56c0abee195e")),
    responses((status = 204, description = "the job is gone"))
)]
#[delete("/admin/queue/dead/{id}")]
pub(super) async fn remove(
    _: Admin,
    services: Data<Services>,
    PathParam(DeadJobId(id)): PathParam<DeadJobId>,
    _: NoQuery,
) -> Answer {
    services.dead_letters.remove(&id).await?;
    answer::nothing()
}

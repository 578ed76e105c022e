use actix_web::post;
use actix_web::web::Data;

use super::id::DeadJobId;
use crate::Services;
use crate::extract::{Admin, NoQuery, PathParam};
use crate::rest::answer::{self, Answer};

/// Have a dead job done once more
///
/// It goes back into the queue that it was in, as if it were new.
#[utoipa::path(
    operation_id = "redriveDeadJob",
    tag = "admin",
    params(("id" = String, Path, description = "the job's id", min_length = 1, max_length = 64,
            pattern = "^[A-Za-z0-9]+$", example = "8a2f56c0abee195e")),
    responses((status = 204, description = "the job is in its queue again"))
)]
#[post("/admin/queue/dead/{id}/redrive")]
pub(super) async fn redrive(
    _: Admin,
    services: Data<Services>,
    PathParam(DeadJobId(id)): PathParam<DeadJobId>,
    _: NoQuery,
) -> Answer {
    services.dead_letters.redrive(&id).await?;
    answer::nothing()
}

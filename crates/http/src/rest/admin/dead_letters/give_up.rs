use actix_web::delete;
use actix_web::web::Data;
use herald_domain::DeliveryId;

use crate::Services;
use crate::extract::{Admin, NoQuery, PathParam};
use crate::rest::answer::{self, Answer};

/// Give a dead letter up
///
/// It is no dead letter any more; as a delivery it is kept, suppressed, for a while.
#[utoipa::path(
    operation_id = "giveUpDeadLetter",
    tag = "admin",
    params(("id" = i64, Path, description = "the delivery's number", minimum = 1, example = 8)),
    responses((status = 204, description = "it is given up"))
)]
#[delete("/admin/dead-letters/{id}")]
pub(super) async fn give_up(
    _: Admin,
    services: Data<Services>,
    PathParam(id): PathParam<DeliveryId>,
    _: NoQuery,
) -> Answer {
    services.deliveries.give_up(id).await?;
    answer::nothing()
}

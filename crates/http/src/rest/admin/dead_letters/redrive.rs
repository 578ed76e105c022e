use actix_web::post;
use actix_web::web::Data;
use herald_domain::DeliveryId;

use crate::Services;
use crate::extract::{Admin, NoQuery, PathParam};
use crate::rest::answer::{self, Answer};
use crate::rest::delivery::ManagedDeliveryBody;

/// Begin a dead letter anew
///
/// It has as many attempts as at first, the first at once. Those that were made stay in its log.
#[utoipa::path(
    operation_id = "redriveDeadLetter",
    tag = "admin",
    params(("id" = i64, Path, description = "the delivery's number", minimum = 1, example = 8)),
    responses((status = 200, description = "the delivery, pending again", body = ManagedDeliveryBody))
)]
#[post("/admin/dead-letters/{id}/redrive")]
pub(super) async fn redrive(
    _: Admin,
    services: Data<Services>,
    PathParam(id): PathParam<DeliveryId>,
    _: NoQuery,
) -> Answer {
    answer::ok(&ManagedDeliveryBody::from(&services.deliveries.redrive(id).await?))
}

use actix_web::get;
use actix_web::web::Data;
use herald_domain::{DeliveryId, DeliveryStatus};

use crate::Services;
use crate::extract::{Admin, NoQuery, PathParam};
use crate::problem::Problem;
use crate::rest::answer::{self, Answer};
use crate::rest::delivery::ManagedDeliveryBody;

/// Look at a dead letter
#[utoipa::path(
    operation_id = "getDeadLetter",
    tag = "admin",
    params(("id" = i64, Path, description = "the delivery's number", minimum = 1, example = 8)),
    responses((status = 200, description = "the dead letter", body = ManagedDeliveryBody))
)]
#[get("/admin/dead-letters/{id}")]
pub(super) async fn view(
    _: Admin,
    services: Data<Services>,
    PathParam(id): PathParam<DeliveryId>,
    _: NoQuery,
) -> Answer {
    let delivery = services.deliveries.get(id).await?;
    if delivery.status != DeliveryStatus::Failed {
        return Err(Problem::not_found());
    }
    answer::ok(&ManagedDeliveryBody::from(&delivery))
}

use actix_web::get;
use actix_web::web::Data;
use herald_domain::DeliveryId;

use crate::Services;
use crate::extract::{Admin, NoQuery, PathParam};
use crate::rest::answer::{self, Answer};
use crate::rest::delivery::ManagedDeliveryBody;

/// Look at a delivery
#[utoipa::path(
    operation_id = "getDelivery",
    tag = "admin",
    params(("id" = i64, Path, description = "the delivery's number", minimum = 1, example = 8)),
    responses((status = 200, description = "the delivery", body = ManagedDeliveryBody))
)]
#[get("/admin/deliveries/{id}")]
pub(super) async fn view(
    _: Admin,
    services: Data<Services>,
    PathParam(id): PathParam<DeliveryId>,
    _: NoQuery,
) -> Answer {
    answer::ok(&ManagedDeliveryBody::from(&services.deliveries.get(id).await?))
}

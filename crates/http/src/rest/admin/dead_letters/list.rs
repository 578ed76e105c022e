use actix_web::get;
use actix_web::web::Data;
use herald_domain::{DeliveryId, DeliveryStatus};

use crate::Services;
use crate::extract::{Admin, QueryParams};
use crate::rest::answer::Answer;
use crate::rest::deliveries::{DeliveriesBody, DeliveriesQuery};
use crate::rest::part::PartQuery;

/// List the dead letters
///
/// Deliveries that failed: no attempt follows, unless they are begun anew. The latest first.
#[utoipa::path(
    operation_id = "listDeadLetters",
    tag = "admin",
    params(DeliveriesQuery, PartQuery<DeliveryId>),
    responses((status = 200, description = "some dead letters", body = DeliveriesBody,
               headers(("Link" = String, description = "RFC 8288: first, next"))))
)]
#[get("/admin/dead-letters")]
pub(super) async fn list(
    _: Admin,
    services: Data<Services>,
    QueryParams(query): QueryParams<DeliveriesQuery>,
) -> Answer {
    query.answer(&services, "/api/v1/admin/dead-letters", Some(DeliveryStatus::Failed)).await
}

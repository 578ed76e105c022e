use actix_web::get;
use actix_web::web::Data;
use herald_domain::{DeliveryId, DeliveryStatus};
use utoipa::IntoParams;

use crate::Services;
use crate::extract::{Admin, QueryParams, ReadQuery, Reader};
use crate::rest::answer::Answer;
use crate::rest::deliveries::{DeliveriesBody, DeliveriesQuery};
use crate::rest::part::PartQuery;

/// Which deliveries, and which part of them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Query {
    /// by how far they have come
    #[param(value_type = Option<DeliveryStatus>, inline)]
    status: Option<DeliveryStatus>,
    #[param(ignore)]
    of: DeliveriesQuery,
}

impl ReadQuery for Query {
    fn read(query: &mut Reader) -> Self {
        Self { status: query.value("status"), of: DeliveriesQuery::read(query) }
    }
}

/// List deliveries
///
/// What went out by channels that lead out of Herald, or is about to: one message to one address each, with every
/// attempt. The latest first. What has ended is kept for 30 days.
#[utoipa::path(
    operation_id = "listDeliveries",
    tag = "admin",
    params(Query, DeliveriesQuery, PartQuery<DeliveryId>),
    responses((status = 200, description = "some deliveries", body = DeliveriesBody,
               headers(("Link" = String, description = "RFC 8288: first, next"))))
)]
#[get("/admin/deliveries")]
pub(super) async fn list(
    _: Admin,
    services: Data<Services>,
    QueryParams(query): QueryParams<Query>,
) -> Answer {
    query.of.answer(&services, "/api/v1/admin/deliveries", query.status).await
}

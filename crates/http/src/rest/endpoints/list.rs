use actix_web::get;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::EndpointBody;
use crate::Services;
use crate::extract::{NoQuery, Person};
use crate::rest::answer::{self, Answer};

/// The caller's endpoints.
#[derive(Serialize, ToSchema)]
#[schema(as = Endpoints)]
struct EndpointsBody<'a> {
    /// the oldest first
    items: Vec<EndpointBody<'a>>,
}

/// My endpoints
#[utoipa::path(
    operation_id = "listEndpoints",
    tag = "endpoints",
    responses((status = 200, description = "all of them, the oldest first", body = EndpointsBody))
)]
#[get("/endpoints")]
pub(super) async fn list(Person(user): Person, services: Data<Services>, _: NoQuery) -> Answer {
    let endpoints = services.endpoints.list(user.key).await?;
    answer::ok(&EndpointsBody { items: endpoints.iter().map(EndpointBody::from).collect() })
}

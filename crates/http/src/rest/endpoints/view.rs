use actix_web::get;
use actix_web::web::Data;
use herald_domain::EndpointId;

use super::body::EndpointBody;
use crate::Services;
use crate::extract::{NoQuery, PathParam, Person};
use crate::rest::answer::{self, Answer};

/// One endpoint
#[utoipa::path(
    operation_id = "getEndpoint",
    tag = "endpoints",
    params(("id" = i64, Path, description = "the endpoint's number", minimum = 1, example = 3)),
    responses((status = 200, description = "the endpoint", body = EndpointBody))
)]
#[get("/endpoints/{id}")]
pub(super) async fn view(
    Person(user): Person,
    services: Data<Services>,
    PathParam(id): PathParam<EndpointId>,
    _: NoQuery,
) -> Answer {
    answer::ok(&EndpointBody::from(&services.endpoints.get(user.key, id).await?))
}

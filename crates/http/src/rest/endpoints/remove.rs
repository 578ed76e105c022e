use actix_web::delete;
use actix_web::web::Data;
use herald_domain::EndpointId;

use crate::Services;
use crate::extract::{NoQuery, PathParam, Person};
use crate::rest::answer::{self, Answer};

/// Forget an endpoint
///
/// Nothing goes there any more, not even what is on its way.
#[utoipa::path(
    operation_id = "deleteEndpoint",
    tag = "endpoints",
    params(("id" = i64, Path, description = "the endpoint's number", minimum = 1, example = 3)),
    responses((status = 204, description = "the endpoint is gone"))
)]
#[delete("/endpoints/{id}")]
pub(super) async fn remove(
    Person(user): Person,
    services: Data<Services>,
    PathParam(id): PathParam<EndpointId>,
    _: NoQuery,
) -> Answer {
    services.endpoints.remove(user.key, id).await?;
    answer::nothing()
}

use actix_web::post;
use actix_web::web::Data;
use herald_domain::EndpointId;

use super::body::EndpointBody;
use crate::Services;
use crate::extract::{NoQuery, PathParam, Person};
use crate::problem::ProblemBody;
use crate::rest::answer::{self, Answer};

/// Give a webhook another secret
///
/// This answer shows the new secret, and no other does. Requests are signed by it and by the one before, until
/// the next change, so that nothing is lost meanwhile.
#[utoipa::path(
    operation_id = "rotateEndpointSecret",
    tag = "endpoints",
    params(("id" = i64, Path, description = "the endpoint's number", minimum = 1, example = 3)),
    responses(
        (status = 200, description = "the endpoint, with its new secret", body = EndpointBody),
        (status = 409, description = "not a webhook", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[post("/endpoints/{id}/rotate-secret")]
pub(super) async fn rotate_secret(
    Person(user): Person,
    services: Data<Services>,
    PathParam(id): PathParam<EndpointId>,
    _: NoQuery,
) -> Answer {
    answer::ok(&EndpointBody::with_secret(&services.endpoints.rotate(user.key, id).await?))
}

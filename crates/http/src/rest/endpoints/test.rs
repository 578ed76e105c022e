use actix_web::post;
use actix_web::web::Data;
use herald_domain::EndpointId;

use super::body::EndpointBody;
use crate::Services;
use crate::extract::{NoQuery, PathParam, Person};
use crate::problem::ProblemBody;
use crate::rest::answer::{self, Answer};

/// Test a webhook
///
/// Makes one signed call to it. If it is answered as it should be, what I am told goes there from now on.
#[utoipa::path(
    operation_id = "testEndpoint",
    tag = "endpoints",
    params(("id" = i64, Path, description = "the endpoint's number", minimum = 1, example = 3)),
    responses(
        (status = 200, description = "it answered: the endpoint, verified", body = EndpointBody),
        (status = 409, description = "not a webhook", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[post("/endpoints/{id}/test")]
pub(super) async fn test(
    Person(user): Person,
    services: Data<Services>,
    PathParam(id): PathParam<EndpointId>,
    _: NoQuery,
) -> Answer {
    answer::ok(&EndpointBody::from(&services.endpoints.test(user.key, id).await?))
}

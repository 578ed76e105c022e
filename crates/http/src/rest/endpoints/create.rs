use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};

use super::body::EndpointBody;
use super::request::{EndpointForm, EndpointRequest};
use crate::Services;
use crate::extract::{JsonBody, NoQuery, Person};
use crate::problem::ProblemBody;
use crate::rest::answer::{self, Answer};

/// Register an endpoint
///
/// A device, a browser or a server of the caller's. One that is registered again keeps its number, and what belongs to
/// it is replaced; one that somebody else had is the caller's from now on. A webhook gets a secret, which this answer
/// shows and no other, and is told nothing until `POST /api/v1/endpoints/{id}/test` succeeded.
#[utoipa::path(
    operation_id = "createEndpoint",
    tag = "endpoints",
    request_body(
        content = EndpointForm,
        example = json!({"channel": "webhook", "url": "https://hooks.example.com/herald", "label": "our chat"})
    ),
    responses(
        (status = 201, description = "the endpoint", body = EndpointBody,
         headers(("Location" = String, description = "the endpoint"))),
        (status = 403, description = "nothing is sent to that address", body = ProblemBody,
         content_type = "application/problem+json"),
        (status = 409, description = "too many endpoints", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[post("/endpoints")]
pub(super) async fn create(
    Person(user): Person,
    services: Data<Services>,
    _: NoQuery,
    JsonBody(body): JsonBody<EndpointRequest>,
) -> Answer {
    let (address, label) = body.parse()?;
    let endpoint = services.endpoints.register(user.key, address, label).await?;
    let mut answer = HttpResponse::Created();
    answer.insert_header((LOCATION, format!("/api/v1/endpoints/{}", endpoint.id)));
    answer::json(answer, &EndpointBody::with_secret(&endpoint))
}

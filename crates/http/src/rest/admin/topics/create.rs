use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Services;
use crate::extract::{Admin, JsonBody, NoQuery};
use crate::problem::ProblemBody;
use crate::rest::answer::{self, Answer};
use crate::rest::topic::TopicBody;

/// What the topic is called, and who may subscribe.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TopicRequest {
    #[schema(
        min_length = 1,
        max_length = 128,
        pattern = "^[A-Za-z0-9_.:@-]+$",
        example = "releases"
    )]
    name: String,
    /// what it is about
    #[schema(
        min_length = 1,
        max_length = 500,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]+$",
        example = "New versions"
    )]
    description: Option<String>,
    /// whether everybody may subscribe; otherwise an administrator adds those who shall
    #[schema(example = true)]
    open: bool,
}

/// Add a topic
///
/// What is sent may name any topic; users subscribe to those that were added.
#[utoipa::path(
    operation_id = "createTopic",
    tag = "admin",
    request_body(
        content = TopicRequest,
        example = json!({"name": "releases", "description": "New versions", "open": true})
    ),
    responses(
        (status = 201, description = "the topic", body = TopicBody),
        (status = 409, description = "topic exists", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[post("/admin/topics")]
pub(super) async fn create(
    Admin(admin): Admin,
    services: Data<Services>,
    _: NoQuery,
    JsonBody(body): JsonBody<TopicRequest>,
) -> Answer {
    let description = body.description.as_deref();
    let topic = services.topics.create(&admin, &body.name, description, body.open).await?;
    answer::json(HttpResponse::Created(), &TopicBody::from(&topic))
}

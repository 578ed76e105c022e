use actix_web::get;
use actix_web::web::Data;
use herald_domain::Topic;

use crate::Services;
use crate::extract::{Admin, QueryParams};
use crate::rest::answer::Answer;
use crate::rest::part::PartQuery;
use crate::rest::topic::{self, TopicsBody};

/// List all topics
#[utoipa::path(
    operation_id = "listAllTopics",
    tag = "admin",
    params(PartQuery<Topic>),
    responses((status = 200, description = "some topics, in the order of their names", body = TopicsBody,
               headers(("Link" = String, description = "RFC 8288: first, next"))))
)]
#[get("/admin/topics")]
pub(super) async fn list(
    Admin(admin): Admin,
    services: Data<Services>,
    QueryParams(query): QueryParams<PartQuery<Topic>>,
) -> Answer {
    let topics = services.topics.list(&admin, query.after(), query.limit()).await?;
    topic::answer("/api/v1/admin/topics", &query, topics)
}

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::{SuppressedChannel, SuppressionBody};
use crate::Services;
use crate::extract::{Admin, JsonBody, NoQuery};
use crate::rest::answer::{self, Answer};

/// What nothing shall go to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SuppressionRequest {
    channel: SuppressedChannel,
    /// the e-mail address, or the telephone as E.164 has it
    #[schema(min_length = 3, max_length = 254, example = "alice@example.com")]
    address: String,
}

/// Suppress an address
///
/// Twice is once: what is suppressed already is answered as it is.
#[utoipa::path(
    operation_id = "addSuppression",
    tag = "admin",
    request_body(
        content = SuppressionRequest,
        example = json!({"channel": "email", "address": "alice@example.com"})
    ),
    responses((status = 201, description = "nothing goes there", body = SuppressionBody))
)]
#[post("/admin/suppressions")]
pub(super) async fn add(
    _: Admin,
    services: Data<Services>,
    _: NoQuery,
    JsonBody(body): JsonBody<SuppressionRequest>,
) -> Answer {
    let added = services.suppressions.add(body.channel.into(), &body.address).await?;
    answer::json(HttpResponse::Created(), &SuppressionBody::from(&added))
}

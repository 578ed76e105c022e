use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use herald_domain::{ApiKeyId, ApiKeyName, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Services;
use crate::extract::{Admin, JsonBody, NoQuery};
use crate::rest::answer::{self, Answer};

/// What the key is called, and may do.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApiKeyRequest {
    /// what recipients see as the sender
    #[schema(
        min_length = 1,
        max_length = 64,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]+$",
        example = "ci-bot"
    )]
    name: String,
    #[schema(min_items = 1)]
    scopes: Vec<Scope>,
}

/// A new key, with its secret.
#[derive(Serialize, ToSchema)]
struct NewApiKey<'a> {
    #[schema(value_type = i64, example = 3)]
    id: ApiKeyId,
    #[schema(value_type = ApiKeyName, example = "ci-bot")]
    name: &'a ApiKeyName,
    /// the secret, shown this once; used as `Authorization: Bearer`
    #[schema(example = "hk_3q2-7w")]
    key: &'a str,
}

/// Add an API key
///
/// By a key, another program sends. Its secret is shown in this answer only.
#[utoipa::path(
    operation_id = "createApiKey",
    tag = "admin",
    request_body(content = ApiKeyRequest, example = json!({"name": "ci-bot", "scopes": ["send"]})),
    responses((status = 201, description = "the key, with its secret", body = NewApiKey))
)]
#[post("/admin/api-keys")]
pub(super) async fn create(
    _: Admin,
    services: Data<Services>,
    _: NoQuery,
    JsonBody(body): JsonBody<ApiKeyRequest>,
) -> Answer {
    let (key, secret) = services.api_keys.create(&body.name, body.scopes).await?;
    let body = NewApiKey { id: key.id, name: &key.name, key: &secret };
    answer::json(HttpResponse::Created(), &body)
}

use actix_web::get;
use actix_web::web::Data;
use herald_domain::{ApiKeyId, ApiKeyName, Scope, Timestamp};
use herald_ports::ApiKey;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Services;
use crate::extract::{Admin, NoQuery};
use crate::rest::answer::{self, Answer};

/// The keys, oldest first.
#[derive(Serialize, ToSchema)]
struct ApiKeys<'a> {
    items: Vec<ApiKeyBody<'a>>,
}

/// A key, without its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKey)]
struct ApiKeyBody<'a> {
    #[schema(value_type = i64, example = 3)]
    id: ApiKeyId,
    #[schema(value_type = ApiKeyName, example = "ci-bot")]
    name: &'a ApiKeyName,
    #[schema(value_type = Vec<Scope>)]
    scopes: &'a [Scope],
    created_at: Timestamp,
}

impl<'a> From<&'a ApiKey> for ApiKeyBody<'a> {
    fn from(key: &'a ApiKey) -> Self {
        Self { id: key.id, name: &key.name, scopes: &key.scopes, created_at: key.created_at }
    }
}

/// List the API keys
#[utoipa::path(
    operation_id = "listApiKeys",
    tag = "admin",
    responses((status = 200, description = "all keys, oldest first", body = ApiKeys))
)]
#[get("/admin/api-keys")]
pub(super) async fn list(_: Admin, services: Data<Services>, _: NoQuery) -> Answer {
    let keys = services.api_keys.list().await?;
    answer::ok(&ApiKeys { items: keys.iter().map(ApiKeyBody::from).collect() })
}

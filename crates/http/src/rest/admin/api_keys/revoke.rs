use actix_web::delete;
use actix_web::web::Data;
use herald_domain::ApiKeyId;

use crate::Services;
use crate::extract::{Admin, NoQuery, PathParam};
use crate::rest::answer::{self, Answer};

/// Revoke an API key
///
/// It is refused from now on.
#[utoipa::path(
    operation_id = "revokeApiKey",
    tag = "admin",
    params(("id" = i64, Path, description = "the key's number", minimum = 1, example = 3)),
    responses((status = 204, description = "the key is gone"))
)]
#[delete("/admin/api-keys/{id}")]
pub(super) async fn revoke(
    _: Admin,
    services: Data<Services>,
    PathParam(id): PathParam<ApiKeyId>,
    _: NoQuery,
) -> Answer {
    services.api_keys.revoke(id).await?;
    answer::nothing()
}

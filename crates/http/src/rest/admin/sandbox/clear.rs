use actix_web::delete;
use actix_web::web::Data;

use crate::Services;
use crate::extract::{Admin, NoQuery};
use crate::rest::answer::{self, Answer};

/// Forget what the sandbox was given
#[utoipa::path(
    operation_id = "clearSandbox",
    tag = "admin",
    responses((status = 204, description = "there is no message any more"))
)]
#[delete("/admin/sandbox/messages")]
pub(super) async fn clear(_: Admin, services: Data<Services>, _: NoQuery) -> Answer {
    services.sandbox.clear().await?;
    answer::nothing()
}

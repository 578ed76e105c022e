use actix_web::get;
use serde::Serialize;
use utoipa::ToSchema;

use crate::rest::answer::{self, Answer};

/// That the process runs.
#[derive(Serialize, ToSchema)]
struct Alive {
    #[schema(example = "ok")]
    status: &'static str,
}

/// Whether the process runs
///
/// Answers as long as there is somebody to answer, whatever the store does: a reason to restart the
/// process if it does not.
#[utoipa::path(
    operation_id = "getHealth",
    tag = "health",
    security(),
    responses((status = 200, description = "it runs", body = Alive))
)]
#[get("/healthz")]
pub(super) async fn healthz() -> Answer {
    answer::ok(&Alive { status: "ok" })
}

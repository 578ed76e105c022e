use actix_web::get;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::SuppressionBody;
use crate::Services;
use crate::extract::{Admin, QueryParams};
use crate::rest::answer::Answer;
use crate::rest::cursor::Cursor;
use crate::rest::part::PartQuery;

/// Some of the addresses that nothing goes to.
#[derive(Serialize, ToSchema)]
#[schema(as = SuppressionPage)]
struct SuppressionsBody<'a> {
    /// the oldest first
    items: Vec<SuppressionBody<'a>>,
    /// where the next part begins; null on the last
    #[schema(required, example = "MTo3")]
    next_cursor: Option<String>,
}

/// List the suppressed addresses
///
/// Those that could not be reached, did not want what came, or were suppressed by hand. Nothing goes there, whoever has
/// them.
#[utoipa::path(
    operation_id = "listSuppressions",
    tag = "admin",
    params(PartQuery<i64>),
    responses((status = 200, description = "some suppressed addresses", body = SuppressionsBody,
               headers(("Link" = String, description = "RFC 8288: first, next"))))
)]
#[get("/admin/suppressions")]
pub(super) async fn list(
    _: Admin,
    services: Data<Services>,
    QueryParams(query): QueryParams<PartQuery<i64>>,
) -> Answer {
    let found = services.suppressions.list(query.after(), query.limit()).await?;
    let body = SuppressionsBody {
        items: found.items.iter().map(SuppressionBody::from).collect(),
        next_cursor: found.next.map(|place| Cursor(place).to_string()),
    };
    query.answer("/api/v1/admin/suppressions", found.next, &body)
}

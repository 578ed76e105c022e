use std::sync::Arc;

use actix_web::web::{self, Data};
use actix_web::{HttpResponse, get};

use crate::extract::Scraper;
use crate::problem::{Code, Problem, ProblemBody};

/// Writes down all figures as they are at this moment, in the text format of Prometheus. May read
/// files.
pub type Exposition = dyn Fn() -> String + Send + Sync;

/// The media type of the text format, version 0.0.4.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Figures for Prometheus
///
/// What docs/operations.md lists, in the text format. Takes the role `admin`; a scraper that has no
/// token is served on an address of its own, if the operator names one.
#[utoipa::path(
    operation_id = "getMetrics",
    tag = "health",
    responses(
        (status = 200, description = "the figures", body = String, content_type = "text/plain",
         example = json!("# TYPE herald_notifications_accepted_total counter\nherald_notifications_accepted_total 7\n")),
        (status = 403, description = "this takes the role admin", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[get("/metrics")]
pub(super) async fn metrics(
    _: Scraper,
    figures: Data<Exposition>,
) -> Result<HttpResponse, Problem> {
    expose(figures).await
}

/// Answers with the figures, whoever asks.
pub(crate) async fn expose(figures: Data<Exposition>) -> Result<HttpResponse, Problem> {
    let figures: Arc<Exposition> = figures.into_inner();
    let text = web::block(move || figures()).await;
    let text = text.map_err(|error| Problem::hidden(Code::Internal, "no figures", &error))?;
    Ok(HttpResponse::Ok().content_type(TEXT).body(text))
}

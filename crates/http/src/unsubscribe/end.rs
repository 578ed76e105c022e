use actix_web::http::StatusCode;
use actix_web::post;
use actix_web::web::{Data, Query};

use super::page::{page, refused, words};
use super::{Link, token};
use crate::Services;
use crate::extract::Anyone;
use crate::problem::ProblemBody;
use crate::rest::answer::Answer;

/// Unsubscribe
///
/// Ends what the link says, as if its user had chosen so. Mail programs ask for it by one click (RFC 8058), with
/// the body `List-Unsubscribe=One-Click`; whatever the body is, it is not looked at. Twice is once.
#[utoipa::path(
    operation_id = "unsubscribeByLink",
    tag = "unsubscribe",
    security(),
    params(Link),
    responses(
        (status = 200, description = "it has ended: a page that says so", body = String, content_type = "text/html",
         example = json!("<!doctype html>")),
        (status = 404, description = "the link is not valid: a page that says so",
         content((String = "text/html"), (ProblemBody = "application/problem+json"))),
    )
)]
#[post("/unsubscribe")]
pub(super) async fn end(
    _: Anyone,
    services: Data<Services>,
    link: Result<Query<Link>, actix_web::Error>,
) -> Answer {
    match services.unsubscriber.unsubscribe(&token(link)).await {
        Ok(what) => {
            let body = format!("<p>There will be no more {}.</p>", words(&what));
            Ok(page(StatusCode::OK, "You are unsubscribed", &body))
        }
        Err(error) => refused(error),
    }
}

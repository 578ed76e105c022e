use actix_web::get;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};

use super::page::{page, refused, words};
use super::{Link, token};
use crate::Services;
use crate::extract::Anyone;
use crate::problem::ProblemBody;
use crate::rest::answer::Answer;

/// What a link would end
///
/// A page with a button. Looking at it ends nothing, for programs look at every link in a mail.
#[utoipa::path(
    operation_id = "showUnsubscribeLink",
    tag = "unsubscribe",
    security(),
    params(Link),
    responses(
        (status = 200, description = "what would end, and a button", body = String, content_type = "text/html",
         example = json!("<!doctype html>")),
        (status = 404, description = "the link is not valid: a page that says so",
         content((String = "text/html"), (ProblemBody = "application/problem+json"))),
    )
)]
#[get("/unsubscribe")]
pub(super) async fn confirm(
    _: Anyone,
    services: Data<Services>,
    link: Result<Query<Link>, actix_web::Error>,
) -> Answer {
    match services.unsubscriber.read(&token(link)) {
        Ok(what) => {
            let body = format!(
                "<p>This ends {}.</p>\n\
                 <form method=\"post\"><button>Unsubscribe</button></form>",
                words(&what)
            );
            Ok(page(StatusCode::OK, "Unsubscribe?", &body))
        }
        Err(error) => refused(error),
    }
}

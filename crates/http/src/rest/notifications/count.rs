use actix_web::http::header::{CACHE_CONTROL, ETAG, HeaderMap, IF_NONE_MATCH};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use herald_domain::Head;

use crate::Services;
use crate::extract::{NoQuery, Person};
use crate::rest::answer::{self, Answer};

/// How many are unread and unseen
///
/// Costs next to nothing when asked again with `If-None-Match`.
#[utoipa::path(
    operation_id = "countNotifications",
    tag = "notifications",
    params(("If-None-Match" = Option<String>, Header, nullable = false,
            description = "the ETag of the last answer")),
    responses(
        (status = 200, description = "the counts", body = Head,
         headers(("ETag" = String, description = "changes with every change of the inbox"))),
        (status = 304, description = "nothing changed"),
    )
)]
#[get("/notifications/count")]
pub(super) async fn count(
    Person(user): Person,
    services: Data<Services>,
    _: NoQuery,
    request: HttpRequest,
) -> Answer {
    let head = services.inbox.head(user.key).await?;
    let etag = format!("\"{}-{}\"", services.inbox.epoch(), head.rev);
    let known = is_known(request.headers(), &etag);
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    // may be kept, but not used without asking
    answer.insert_header((ETAG, etag)).insert_header((CACHE_CONTROL, "private, no-cache"));
    if known { Ok(answer.finish()) } else { answer::json(answer, &head) }
}

/// Whether `If-None-Match` names the tag; compared weakly, as RFC 9110 has it.
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let lists = headers.get_all(IF_NONE_MATCH).filter_map(|list| list.to_str().ok());
    lists.flat_map(|list| list.split(',')).map(str::trim).any(|tag| {
        // ours holds no comma, so cutting there cannot make it of two others
        tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag
    })
}

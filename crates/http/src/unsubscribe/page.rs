use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use herald_application::{Unsubscribe, UnsubscribeError};
use herald_domain::Channel;

use crate::problem::Problem;
use crate::rest::answer::Answer;

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// A page with a headline and what is below it: neither script nor style, as the policy has it.
pub(super) fn page(status: StatusCode, title: &str, body: &str) -> HttpResponse {
    let page = format!(
        "<!doctype html>\n\
         <html lang=\"en\">\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"robots\" content=\"noindex\">\n\
         <title>{title}</title>\n\
         <main>\n<h1>{title}</h1>\n{body}\n</main>\n\
         </html>\n"
    );
    HttpResponse::build(status).insert_header((CONTENT_TYPE, HTML)).body(page)
}

/// The page for a link that is none of ours; a problem, if it is the store that failed.
pub(super) fn refused(error: UnsubscribeError) -> Answer {
    match error {
        UnsubscribeError::Invalid => Ok(page(
            StatusCode::NOT_FOUND,
            "This link is not valid",
            "<p>Open it once more from the message that you got. It may have been cut off.</p>",
        )),
        UnsubscribeError::Store(error) => Err(Problem::from(error)),
    }
}

/// What a link ends, in words. Users and categories have no character that HTML gives a meaning.
pub(super) fn words(what: &Unsubscribe) -> String {
    let kind = match what.channel {
        Channel::InApp => "messages in the inbox",
        Channel::Email => "e-mails",
        Channel::Sms => "short messages",
        Channel::Push => "push messages",
        Channel::WebPush => "push messages in the browser",
        Channel::Webhook => "requests to webhooks",
    };
    let about = match &what.category {
        Some(category) => format!(" about <b>{category}</b>"),
        None => String::new(),
    };
    format!("{kind}{about} to <b>{}</b>", what.user)
}

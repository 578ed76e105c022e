use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};

use super::request_id::X_REQUEST_ID;

/// An answer of the API is data: nothing in it may be run, framed, or loaded from it.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";
/// The interface under `/docs` runs its own scripts, and styles itself in place.
const DOCS: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

/// Adds what every answer has. A route that has its own policy or cache rule keeps it.
pub(super) fn add(response: &mut ServiceResponse<BoxBody>, request_id: HeaderValue) {
    let policy = if response.request().path().starts_with("/docs/") { DOCS } else { NOTHING };
    let headers = response.headers_mut();
    let mut default = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    default(CONTENT_SECURITY_POLICY, policy);
    default(CACHE_CONTROL, "no-store");
    default(REFERRER_POLICY, "no-referrer");
    default(X_CONTENT_TYPE_OPTIONS, "nosniff");
    headers.insert(X_REQUEST_ID, request_id);
}

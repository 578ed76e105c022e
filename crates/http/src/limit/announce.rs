//! The header fields by which a caller is told how it stands, as in
//! draft-ietf-httpapi-ratelimit-headers-10.

use actix_web::HttpMessage;
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{HeaderName, HeaderValue};

use super::Standing;

/// What is left of a quota, and for how long.
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// The quotas that a request counts against.
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Every quota that one request was counted against, kept with it until it is answered.
pub(super) struct Standings(pub(super) Vec<Standing>);

/// Tells the caller how it stands, if the request was counted.
pub(crate) fn announce(response: &mut ServiceResponse<BoxBody>) {
    let standings = response.request().extensions_mut().remove::<Standings>();
    for standing in standings.into_iter().flat_map(|Standings(standings)| standings) {
        let Standing { class, policy, remaining, seconds, .. } = standing;
        let left = format!("\"{}\";r={remaining};t={seconds}", class.as_str());
        if let Ok(left) = HeaderValue::try_from(left) {
            response.headers_mut().append(RATE_LIMIT, left);
        }
        response.headers_mut().append(RATE_LIMIT_POLICY, policy);
    }
}

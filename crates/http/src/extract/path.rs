use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use herald_domain::{ApiKeyId, NotificationId, Rule, UserId, Violation};

use crate::problem::Problem;

/// The `{id}` of the path.
pub(crate) struct PathParam<T>(pub(crate) T);

/// What can stand in a path.
pub(crate) trait Segment: Sized {
    /// Reads the segment.
    fn parse(text: &str) -> Result<Self, Violation>;
}

impl<T: Segment> FromRequest for PathParam<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = request.match_info().get("id").unwrap_or_default();
        let id = T::parse(text).map_err(|violation| violation.in_field("id"));
        ready(id.map(Self).map_err(Problem::from))
    }
}

impl Segment for NotificationId {
    fn parse(text: &str) -> Result<Self, Violation> {
        number(text).map(Self::new)
    }
}

impl Segment for ApiKeyId {
    fn parse(text: &str) -> Result<Self, Violation> {
        number(text).map(Self::new)
    }
}

impl Segment for UserId {
    fn parse(text: &str) -> Result<Self, Violation> {
        text.parse()
    }
}

fn number(text: &str) -> Result<i64, Violation> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(id) if digits && id > 0 => Ok(id),
        _ => Err(Violation::new("", Rule::Format, "must be a positive number of 64 bits")),
    }
}

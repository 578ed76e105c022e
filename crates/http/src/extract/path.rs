use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use herald_domain::{
    ApiKeyId, Company, DeliveryId, EndpointId, NotificationId, Role, Rule, Topic, UserId, Violation,
};

use crate::problem::Problem;

/// A part of the path, by the name that its type has there: `{id}` unless it says otherwise.
pub(crate) struct PathParam<T>(pub(crate) T);

/// What can stand in a path.
pub(crate) trait Segment: Sized {
    /// What the path calls it.
    const NAME: &'static str = "id";

    /// Reads the segment.
    fn parse(text: &str) -> Result<Self, Violation>;
}

impl<T: Segment> FromRequest for PathParam<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = request.match_info().get(T::NAME).unwrap_or_default();
        let value = T::parse(text).map_err(|violation| violation.in_field(T::NAME));
        ready(value.map(Self).map_err(Problem::from))
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

impl Segment for DeliveryId {
    fn parse(text: &str) -> Result<Self, Violation> {
        number(text).map(Self::new)
    }
}

impl Segment for EndpointId {
    fn parse(text: &str) -> Result<Self, Violation> {
        number(text).map(Self::new)
    }
}

/// Of what is only ever listed, and so has a bare number.
impl Segment for i64 {
    fn parse(text: &str) -> Result<Self, Violation> {
        number(text)
    }
}

impl Segment for UserId {
    fn parse(text: &str) -> Result<Self, Violation> {
        text.parse()
    }
}

impl Segment for Topic {
    const NAME: &'static str = "topic";

    fn parse(text: &str) -> Result<Self, Violation> {
        text.parse()
    }
}

impl Segment for Company {
    const NAME: &'static str = "company";

    fn parse(text: &str) -> Result<Self, Violation> {
        text.parse()
    }
}

impl Segment for Role {
    const NAME: &'static str = "role";

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

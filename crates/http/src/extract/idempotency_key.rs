use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use herald_application::RequestKey;
use herald_domain::{Rule, Violation};
use serde::Serialize;

use crate::problem::Problem;

const HEADER: &str = "Idempotency-Key";

/// The caller's name for a request, by which a repetition is recognised; not everybody gives one.
pub(crate) struct IdempotencyKey(Option<Box<str>>);

impl IdempotencyKey {
    /// The same bytes for every way to write the same request; none if there is no key to hold
    /// them to.
    pub(crate) fn canonical<T: Serialize>(&self, request: &T) -> Vec<u8> {
        // nothing that came as JSON fails to be written as JSON
        self.0.as_ref().and_then(|_| serde_json::to_vec(request).ok()).unwrap_or_default()
    }

    /// The key as it holds on this route, for a request in its canonical bytes.
    pub(crate) fn on<'a>(
        &'a self,
        route: &'static str,
        request: &'a [u8],
    ) -> Option<RequestKey<'a>> {
        self.0.as_deref().map(|key| RequestKey { route, key, request })
    }
}

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut headers = request.headers().get_all(HEADER);
        let key = match (headers.next(), headers.next()) {
            (None, _) => Ok(None),
            (Some(header), None) => parse(header.as_bytes()).map(Some),
            (Some(_), Some(_)) => Err((Rule::Contradiction, "must be given once only")),
        };
        let key = key.map_err(|(rule, detail)| Violation::new(HEADER, rule, detail));
        ready(key.map(Self).map_err(Problem::from))
    }
}

/// `"a"`, as the IETF draft writes it, and `a` are the same key.
fn parse(header: &[u8]) -> Result<Box<str>, (Rule, &'static str)> {
    let header = header.trim_ascii();
    let key = match header {
        [b'"', key @ .., b'"'] => key,
        key => key,
    };
    let visible = key.iter().all(|byte| byte.is_ascii_graphic() && *byte != b'"');
    match (key.len(), std::str::from_utf8(key)) {
        (0, _) => Err((Rule::Required, "must not be empty")),
        (256.., _) => Err((Rule::TooLong, "must be at most 255 characters")),
        (_, Ok(key)) if visible => Ok(key.into()),
        _ => Err((Rule::Format, "must consist of visible ASCII, with quotes around it or without")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_make_no_difference() {
        assert_eq!(parse(br#""8e03978e""#).unwrap(), parse(b" 8e03978e ").unwrap());
    }

    #[test]
    fn keys_have_a_form() {
        assert!(parse(&[b'k'; 255]).is_ok());
        for bad in [&b""[..], b"\"\"", b"\"", b"a b", b"a\"b", b"\xc3\xa9", &[b'k'; 256]] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }
}

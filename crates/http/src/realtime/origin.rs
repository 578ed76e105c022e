use actix_web::http::header::{self, HeaderMap};

use crate::problem::{Code, Problem};

/// Which web pages may open sockets here.
///
/// A browser sends the page's origin with every handshake (RFC 6455 section 10.2), and other programs
/// none. A page of this very host may always.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origins(Vec<String>);

impl Origins {
    /// These, written as a browser does: `https://app.example.com`.
    pub(crate) fn new(origins: Vec<String>) -> Self {
        Self(origins)
    }

    /// Refuses a handshake of a page that may not open sockets.
    pub(super) fn check(&self, headers: &HeaderMap) -> Result<(), Problem> {
        if self.allow(headers) {
            return Ok(());
        }
        Err(Problem::new(Code::Forbidden, "the page's origin is not among the allowed ones"))
    }

    fn allow(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else { return true };
        let Ok(origin) = origin.to_str() else { return false };
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let same = host.is_some_and(|host| {
            origin.split_once("://").is_some_and(|(_, page)| page.eq_ignore_ascii_case(host))
        });
        same || self.0.iter().any(|allowed| allowed == origin)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn allowed(host: &str, origin: Option<&str>) -> bool {
        let mut request = TestRequest::get().insert_header((header::HOST, host));
        if let Some(origin) = origin {
            request = request.insert_header((header::ORIGIN, origin));
        }
        let origins = Origins::new(vec!["https://app.example.com".into()]);
        origins.allow(request.to_http_request().headers())
    }

    #[test]
    fn a_page_must_be_ours_or_on_the_list() {
        assert!(allowed("herald.example:8000", None));
        assert!(allowed("herald.example:8000", Some("http://herald.example:8000")));
        assert!(allowed("herald.example:8000", Some("https://app.example.com")));
        for other in [
            "null",
            "https://evil.example",
            "https://app.example.com.evil.example",
            "http://herald.example",
        ] {
            assert!(!allowed("herald.example:8000", Some(other)), "{other}");
        }
    }
}

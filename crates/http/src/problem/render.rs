use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, SEC_WEBSOCKET_VERSION, UPGRADE,
    WWW_AUTHENTICATE,
};
use actix_web::{HttpResponse, ResponseError};

use super::convert::INTERNAL;
use super::{Advice, Code, Problem, ProblemBody};

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    /// Status and headers; [`complete`] adds the body, for only there the request's id is known.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        for (name, value) in self.headers() {
            response.insert_header((name, value));
        }
        if matches!(self.code, Code::RequestTimeout | Code::BodyTooLarge) {
            // the rest of the body is still on its way, and nobody waits for it
            response.force_close();
        }
        response.finish()
    }
}

impl Problem {
    /// The headers that tell a client what to do next.
    fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let headers: &[(HeaderName, &'static str)] = match self.code {
            Code::TokenRequired | Code::WrongCredentials => &[(WWW_AUTHENTICATE, "Bearer")],
            Code::TokenExpired | Code::TokenInvalid => {
                &[(WWW_AUTHENTICATE, r#"Bearer error="invalid_token""#)]
            }
            Code::Unavailable => &[(RETRY_AFTER, "1")],
            Code::StoreFull => &[(RETRY_AFTER, "30")],
            // RFC 9110 section 15.5.22, RFC 6455 section 4.4
            Code::UpgradeRequired => &[(UPGRADE, "websocket"), (SEC_WEBSOCKET_VERSION, "13")],
            _ => &[],
        };
        headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .chain(self.advice.as_ref().map(Advice::header))
            .collect()
    }

    fn log(&self, request_id: &str) {
        let (code, detail) = (self.code.as_str(), self.detail.as_str());
        if self.code.status().is_server_error() {
            let source = self.source.as_deref();
            tracing::error!(target: "herald::http", request_id, code, source, "request failed");
        } else {
            tracing::debug!(target: "herald::http", request_id, code, detail, "request refused");
        }
    }
}

impl Advice {
    fn header(&self) -> (HeaderName, HeaderValue) {
        match self {
            Self::Allow(methods) => (ALLOW, methods.clone()),
            Self::RetryAfter(seconds) => (RETRY_AFTER, HeaderValue::from(*seconds)),
        }
    }
}

/// Gives an error answer its body, whoever made it: ours, or the framework.
pub(crate) fn complete(
    response: ServiceResponse<BoxBody>,
    request_id: &str,
) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let failed = status.is_client_error() || status.is_server_error();
    let error = response.response().error();
    if !failed || (error.is_none() && response.headers().contains_key(CONTENT_TYPE)) {
        return response;
    }
    let framework;
    let problem = match error.and_then(|error| error.as_error::<Problem>()) {
        Some(problem) => problem,
        None => {
            framework = of_framework(status, error);
            &framework
        }
    };
    problem.log(request_id);
    let body = ProblemBody::new(problem, response.request().path(), request_id);
    let bytes = serde_json::to_vec(&body).unwrap_or_default();
    let status = problem.status_code();
    let mut response = response.map_body(|_, _| BoxBody::new(bytes));
    response.response_mut().head_mut().status = status;
    response.headers_mut().insert(CONTENT_TYPE, PROBLEM_JSON);
    response
}

fn of_framework(status: StatusCode, error: Option<&actix_web::Error>) -> Problem {
    let code = Code::of_status(status);
    match error {
        Some(error) if status.is_server_error() => Problem::hidden(code, INTERNAL, error),
        None if status.is_server_error() => Problem::new(code, INTERNAL),
        _ => Problem::new(code, code.title()),
    }
}

use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use tracing::Level;

/// One request on its way to the access log; nothing at all if nobody reads it.
pub(super) struct AccessLog(Option<Begun>);

struct Begun {
    at: Instant,
    method: Method,
}

impl AccessLog {
    pub(super) fn begin(request: &ServiceRequest) -> Self {
        if !tracing::enabled!(target: "herald::http", Level::INFO) {
            return Self(None);
        }
        #[expect(clippy::disallowed_methods, reason = "measures how long a request takes")]
        let at = Instant::now();
        Self(Some(Begun { at, method: request.method().clone() }))
    }

    /// Notes the request. The query stays out, for it may hold a secret.
    pub(super) fn end(self, response: &ServiceResponse<BoxBody>, request_id: &str) {
        let Some(begun) = self.0 else { return };
        tracing::info!(
            target: "herald::http",
            method = begun.method.as_str(),
            path = response.request().path(),
            status = response.status().as_u16(),
            duration_ms = begun.at.elapsed().as_secs_f64() * 1_000.0,
            request_id,
            "request",
        );
    }
}

use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;

use super::figures;

/// One request on its way to the figures and the access log.
pub(super) struct Watch {
    at: Instant,
    method: Method,
}

impl Watch {
    #[expect(clippy::disallowed_methods, reason = "measures how long a request takes")]
    pub(super) fn begin(request: &ServiceRequest) -> Self {
        Self { at: Instant::now(), method: request.method().clone() }
    }

    /// Counts the request, and notes it. The query stays out, for it may hold a secret.
    pub(super) fn end(self, response: &ServiceResponse<BoxBody>, request_id: &str) {
        let elapsed = self.at.elapsed();
        figures::count(response, &self.method, elapsed);
        tracing::info!(
            target: "herald::http",
            method = self.method.as_str(),
            path = response.request().path(),
            status = response.status().as_u16(),
            duration_ms = elapsed.as_secs_f64() * 1_000.0,
            request_id,
            "request",
        );
    }
}

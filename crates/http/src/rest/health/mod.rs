mod healthz;
mod metrics;
mod readyz;

use utoipa_actix_web::service_config::ServiceConfig;

pub use metrics::Exposition;
pub(crate) use metrics::expose;
pub(crate) use readyz::Health;
pub use readyz::{Component, ReadinessProbe};

/// `/healthz`, `/readyz` and `/metrics`.
pub(crate) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(healthz::healthz).service(readyz::readyz).service(metrics::metrics);
}

mod healthz;
mod readyz;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) use readyz::Health;
pub use readyz::{Component, ReadinessProbe};

/// `/healthz` and `/readyz`.
pub(crate) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(healthz::healthz).service(readyz::readyz);
}

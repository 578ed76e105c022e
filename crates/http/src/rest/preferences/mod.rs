mod body;
mod get;
mod put;

use utoipa_actix_web::service_config::ServiceConfig;

/// What the caller wants to hear of.
pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get::get).service(put::put);
}

mod body;
mod get;
mod preview;
mod put;
mod request;

use utoipa_actix_web::service_config::ServiceConfig;

/// What the caller wants to hear of, how, and when.
pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get::get).service(put::put).service(preview::preview);
}

mod body;
mod get;
mod put;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get::get).service(put::put);
}

mod body;
mod list;
mod preview;
mod put;
mod remove;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list::list).service(put::put).service(preview::preview).service(remove::remove);
}

mod add;
mod body;
mod lift;
mod list;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list::list).service(add::add).service(lift::lift);
}

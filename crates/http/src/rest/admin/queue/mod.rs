mod id;
mod list;
mod redrive;
mod remove;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list::list).service(remove::remove).service(redrive::redrive);
}

mod change;
mod list;
mod remove;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list::list).service(view::view).service(change::change).service(remove::remove);
}

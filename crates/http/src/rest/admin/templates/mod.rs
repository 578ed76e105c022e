mod body;
mod list;
mod preview;
mod put;
mod remove;

use actix_web::web;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::fallback::fallback;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list::list)
        .service(put::put)
        .service(preview::preview)
        // no number, for a method that it does not have
        .map(|config| config.service(web::resource("/admin/templates/preview").to(fallback)))
        .service(remove::remove);
}

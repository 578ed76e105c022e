mod give_up;
mod list;
mod redrive;
mod redrive_all;
mod view;

use actix_web::web;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::fallback::fallback;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list::list)
        .service(redrive_all::redrive_all)
        // no number, for a method that it does not have
        .map(|config| config.service(web::resource("/admin/dead-letters/redrive").to(fallback)))
        .service(view::view)
        .service(give_up::give_up)
        .service(redrive::redrive);
}

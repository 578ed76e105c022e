mod body;
mod clear;
mod messages;
mod set_mode;
mod view;

use actix_web::web;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::fallback::fallback;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(view::view)
        .service(messages::messages)
        .service(clear::clear)
        // no channel, for a method that it does not have
        .map(|config| config.service(web::resource("/admin/sandbox/messages").to(fallback)))
        .service(set_mode::set_mode);
}

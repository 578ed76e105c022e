mod change;
mod create;
mod expel;
mod invite;
mod list;
mod remove;
mod subscribers;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(create::create)
        .service(list::list)
        .service(change::change)
        .service(remove::remove)
        .service(subscribers::subscribers)
        .service(invite::invite)
        .service(expel::expel);
}

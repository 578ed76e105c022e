mod body;
mod create;
mod list;
mod remove;
mod request;
mod rotate_secret;
mod test;
mod view;
mod web_push_key;

use utoipa_actix_web::service_config::ServiceConfig;

/// Where the caller wants to be told: devices, browsers and servers.
pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list::list)
        .service(create::create)
        .service(view::view)
        .service(remove::remove)
        .service(test::test)
        .service(rotate_secret::rotate_secret)
        .service(web_push_key::web_push_key);
}

mod api_keys;
mod presence;
mod queue;
mod topics;
mod users;

use utoipa_actix_web::service_config::ServiceConfig;

/// What takes the role `admin`.
pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .configure(api_keys::configure)
        .configure(queue::configure)
        .configure(topics::configure)
        .configure(users::configure)
        .service(presence::presence);
}

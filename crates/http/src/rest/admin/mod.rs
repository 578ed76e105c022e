mod api_keys;
mod dead_letters;
mod deliveries;
mod preference_defaults;
mod presence;
mod queue;
mod sandbox;
mod suppressions;
mod templates;
mod topics;
mod users;

use utoipa_actix_web::service_config::ServiceConfig;

/// What takes the role `admin`.
pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .configure(api_keys::configure)
        .configure(dead_letters::configure)
        .configure(deliveries::configure)
        .configure(preference_defaults::configure)
        .configure(queue::configure)
        .configure(sandbox::configure)
        .configure(suppressions::configure)
        .configure(templates::configure)
        .configure(topics::configure)
        .configure(users::configure)
        .service(presence::presence);
}

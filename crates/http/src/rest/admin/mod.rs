mod api_keys;
mod change_user;
mod topics;

use utoipa_actix_web::service_config::ServiceConfig;

/// What takes the role `admin`.
pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .configure(api_keys::configure)
        .configure(topics::configure)
        .service(change_user::change_user);
}

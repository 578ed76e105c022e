mod list;
mod subscribe;
mod unsubscribe;

use utoipa_actix_web::service_config::ServiceConfig;

/// The topics, and the caller's subscriptions.
pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list::list).service(subscribe::subscribe).service(unsubscribe::unsubscribe);
}

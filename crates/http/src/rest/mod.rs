//! REST, version 1. One endpoint is one file: what it takes and answers, its documentation, its
//! handler.

mod admin;
pub(crate) mod answer;
mod auth;
mod channel;
mod choices;
mod cursor;
mod decision;
mod deliveries;
mod delivery;
mod endpoints;
pub(crate) mod health;
mod notifications;
mod page;
mod part;
mod preferences;
mod presence;
mod topic;
mod topics;
mod user;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) use auth::{Credentials, Registration};

/// The routes under `/api/v1`; the busiest come first, for they are tried in order.
pub(crate) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .configure(notifications::configure)
        .configure(auth::configure)
        .configure(topics::configure)
        .configure(preferences::configure)
        .configure(endpoints::configure)
        .configure(presence::configure)
        .configure(admin::configure);
}

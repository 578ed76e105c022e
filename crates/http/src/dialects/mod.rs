//! The interfaces of other systems, over the same use cases: each speaks as its page in docs/dialects.md
//! prints it.
//!
//! What they add to their pages is Herald's: a token is required, an inbox is its owner's, and what
//! goes wrong is a problem.

mod handshake;
mod notification_service;
mod notification_system;
mod owner;
mod pack_23;
mod part;
mod realtime_ws;
mod send;
mod user_ref;
mod websocket_backend;

use actix_web::web;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::fallback::fallback;

/// The routes of all dialects.
pub(crate) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .configure(notification_system::configure)
        .configure(notification_service::configure)
        .configure(realtime_ws::configure)
        .configure(pack_23::configure)
        .map(|config| config.service(web::resource(WORDS).to(fallback)))
        .configure(websocket_backend::configure);
}

/// What is no id under `/api/notifications`: for a method that they do not have, `{id}` would take
/// them for one.
const WORDS: [&str; 3] =
    ["/api/notifications/send", "/api/notifications/create", "/api/notifications/list"];

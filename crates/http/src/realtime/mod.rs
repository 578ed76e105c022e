//! Sockets and streams: how `herald.v1` meets HTTP. What they say is in `herald-realtime`.

mod frame;
mod handshake;
mod listener;
mod origin;
mod outgoing;
mod pump;
mod socket;
mod sse;
mod stream;
mod ticket;
mod upgrade;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) use handshake::{accept, check_handshake};
pub(crate) use listener::listener_with_token;
pub(crate) use origin::Origins;
pub(crate) use upgrade::{Accepted, Upgrade};

/// The routes that open sockets and streams, under `/api/v1`.
pub(crate) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(ticket::create_ticket)
        .service(stream::open_stream)
        .service(handshake::open_socket);
}

//! The client: as little as possible between the load and the socket.

mod broadcast;
mod deliveries;
mod http;
mod load;
mod paced;
mod request;
mod socket;
mod sockets;

pub(crate) use broadcast::Broadcast;
pub(crate) use deliveries::Deliveries;
pub(crate) use http::Http;
pub(crate) use load::{Limit, Load, Loaded, Source};
pub(crate) use paced::Paced;
pub(crate) use request::{Get, Post, audience, body, body_by, request, user};
pub(crate) use sockets::{Sockets, number_of};

//! How a device is spoken to: in `herald.v1`, or in one of the dialects of other systems.
//!
//! A dialect has words for new items and for the answer to a heartbeat. Everything else (other
//! changes, what became of a command, that a token ends) moves a session on without a word.

mod client;
mod naive;
pub mod notification_system;
pub mod realtime_ws;
pub mod websocket_backend;

use bytes::Bytes;
use herald_domain::Notification;

use crate::protocol::server;

pub(crate) use client::parse;
pub use naive::Naive;

/// The messages that a device understands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// `herald.v1`
    #[default]
    Herald,
    /// the frames of [`notification_system`]
    NotificationSystem,
    /// the frames of [`realtime_ws`]
    RealtimeWs,
    /// the frames of [`websocket_backend`]
    WebsocketBackend,
}

impl Format {
    /// How many there are.
    pub(crate) const COUNT: usize = 4;

    /// Whether it has words for no more than new items.
    pub(crate) fn is_dialect(self) -> bool {
        self != Self::Herald
    }

    /// A new item as every recipient hears of it: whole in a dialect, and in `herald.v1` the part
    /// that all share.
    pub(crate) fn new_item(self, notification: &Notification) -> Bytes {
        match self {
            Self::Herald => server::notification_tail(notification),
            Self::NotificationSystem => {
                server::to_json(&notification_system::Note::fresh(notification)).into()
            }
            Self::RealtimeWs => server::to_json(&realtime_ws::Toast::fresh(notification)).into(),
            Self::WebsocketBackend => {
                server::to_json(&websocket_backend::Envelope::fresh(notification)).into()
            }
        }
    }
}

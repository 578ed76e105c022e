//! Servers of a test alone, which it may stop and kill.

mod broker;
mod postgresql;

pub(crate) use broker::PrivateBroker;
pub(crate) use postgresql::PostgreSql;

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

/// A port that nobody else is given while it is free for a moment: it is not among those that the system
/// chooses from.
pub(crate) fn lasting_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    loop {
        let nth = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = 20_000 + ((std::process::id() % 1_000) as u16 * 10 + nth) % 10_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

//! What systemd is told: that the process is ready, that it is alive, that it stops (sd_notify(3)).
//!
//! Without a service manager that listens, nothing happens.

use std::time::Duration;

use sd_notify::NotifyState;

/// From now on the process does its work.
pub(crate) fn ready() {
    tell(NotifyState::Ready);
    let Some(limit) = sd_notify::watchdog_enabled() else { return };
    actix_web::rt::spawn(async move {
        let mut turns = tokio::time::interval((limit / 2).max(Duration::from_millis(1)));
        loop {
            turns.tick().await;
            tell(NotifyState::Watchdog);
        }
    });
}

/// The process was asked to stop, and does so.
pub(crate) fn stopping() {
    tell(NotifyState::Stopping);
}

fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::debug!(%error, "cannot tell the service manager");
    }
}

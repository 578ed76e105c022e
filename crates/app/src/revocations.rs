use std::sync::Arc;
use std::time::Duration;

use herald_application::Access;
use herald_ports::{LiveEvent, LiveSink};
use tokio::sync::Notify;
use tokio::time::timeout;

/// How late a revocation is noticed at the latest, if nobody tells of it.
const LOOK: Duration = Duration::from_secs(1);

/// Takes notice of rights that other processes revoke: at once where the bus tells of it, within a
/// second otherwise.
pub(crate) struct Revocations(Arc<Notify>);

impl Revocations {
    /// What listens to the bus, and the loop that reads what was revoked.
    pub(crate) fn follow(access: Arc<Access>) -> (Self, impl Future<Output = ()>) {
        let told = Arc::new(Notify::new());
        let follow = {
            let told = told.clone();
            async move {
                loop {
                    // whichever comes first
                    let _ = timeout(LOOK, told.notified()).await;
                    if let Err(error) = access.sync().await {
                        tracing::warn!(%error, "cannot read revocations");
                    }
                }
            }
        };
        (Self(told), follow)
    }
}

impl LiveSink for Revocations {
    fn deliver(&self, event: &LiveEvent) {
        if let LiveEvent::Revoked { .. } = event {
            self.0.notify_one();
        }
    }
}

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::{Backoff, Link, Settings, Stop};

/// How long a connection must have worked for the next attempt to be as soon as the first.
const WORKED: Duration = Duration::from_secs(10);

/// One connection after the other.
pub trait Session: Send + 'static {
    /// Connects, declares what it needs, notes that the link is up, and works until something breaks,
    /// or until it is to [stop](Stop) and has said everything. What it was, is said in a few words, for
    /// logs and for whoever asks how the link is.
    fn run(&mut self) -> impl Future<Output = String> + Send;
}

/// Runs the session, and again whenever it ends, after a random pause.
pub(crate) fn keep(
    link: Arc<Link>,
    settings: &Settings,
    mut session: impl Session,
    stop: Stop,
) -> impl Future<Output = ()> + Send + 'static {
    let mut backoff = Backoff::new(settings.ids.clone());
    async move {
        loop {
            let began = Instant::now();
            let reason = session.run().await;
            if stop.is_asked() {
                return;
            }
            if link.is_up() && began.elapsed() > WORKED {
                backoff.succeeded();
            }
            link.away(&reason);
            if timeout(backoff.failed(), stop.asked()).await.is_ok() {
                return;
            }
        }
    }
}

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use herald_domain::UserKey;
use herald_ports::{LiveBus, LiveEvent, LiveSink};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::{PATIENCE, SILENCE, eventually};

/// The devices of a node, as the bus sees them.
pub struct Listener {
    events: mpsc::UnboundedReceiver<LiveEvent>,
    lagged: Arc<AtomicUsize>,
}

struct Sink {
    events: mpsc::UnboundedSender<LiveEvent>,
    lagged: Arc<AtomicUsize>,
}

impl LiveSink for Sink {
    fn deliver(&self, event: &LiveEvent) {
        // a listener that is gone need not hear
        let _ = self.events.send(event.clone());
    }

    fn lagged(&self) {
        self.lagged.fetch_add(1, Ordering::SeqCst);
    }
}

impl Listener {
    /// Hears what is said from now on.
    pub fn on(bus: &Arc<dyn LiveBus>) -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        let lagged = Arc::<AtomicUsize>::default();
        bus.subscribe(Arc::new(Sink { events: sender, lagged: lagged.clone() }));
        Self { events, lagged }
    }

    /// The user that the next event is about.
    pub async fn hear(&mut self) -> i64 {
        match timeout(PATIENCE, self.events.recv()).await.unwrap().unwrap() {
            LiveEvent::Revoked { user, .. } => user.get(),
            other => panic!("never published: {other:?}"),
        }
    }

    /// How often it was told that it lags.
    pub fn lagged(&self) -> usize {
        self.lagged.load(Ordering::SeqCst)
    }

    /// Waits until it is told once more that it lags.
    pub async fn lags_more_than(&self, times: usize) {
        eventually("a node is told that it lags", async || self.lagged() > times).await;
    }

    /// Nothing more is said.
    pub async fn hears_nothing(&mut self) {
        let heard = timeout(SILENCE, self.events.recv()).await;
        assert!(heard.is_err(), "heard {heard:?}");
    }
}

/// An event about that user.
pub(super) fn event(user: i64) -> LiveEvent {
    LiveEvent::Revoked { user: UserKey::new(user), session: None }
}

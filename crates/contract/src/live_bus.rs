//! [`LiveBus`]: events reach every sink of every node.
//!
//! A bus may lose events in operation; while nothing is wrong and little is said, as here, it
//! carries all of them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use herald_domain::UserKey;
use herald_ports::{LiveBus, LiveEvent, LiveSink};
use tokio::sync::mpsc;

use crate::fixtures::at_once;

/// How long a bus that goes over a network may take before it has lost the event.
const PATIENCE: Duration = Duration::from_secs(10);

/// Every sink hears every event, in the order in which one publisher said them.
pub async fn every_sink_hears_every_event_in_order(bus: &Arc<dyn LiveBus>) {
    let (mut first, mut second) = (Listener::on(bus), Listener::on(bus));
    for user in 0..100 {
        bus.publish(event(user));
    }
    for listener in [&mut first, &mut second] {
        for user in 0..100 {
            assert_eq!(listener.hear().await, user);
        }
    }
}

/// Who comes later hears what is said from then on, and each event once.
pub async fn a_later_sink_hears_what_comes_after(bus: &Arc<dyn LiveBus>) {
    bus.publish(event(1));
    let mut first = Listener::on(bus);
    bus.publish(event(2));
    assert_eq!(first.hear().await, 2);
    let mut second = Listener::on(bus);
    bus.publish(event(3));
    assert_eq!(first.hear().await, 3);
    assert_eq!(second.hear().await, 3);
}

/// Of events published at once, none is lost.
pub async fn events_published_at_once_all_arrive(bus: &Arc<dyn LiveBus>) {
    let mut listener = Listener::on(bus);
    at_once(16, |task| {
        let bus = bus.clone();
        async move {
            for nth in 0..10 {
                bus.publish(event(task as i64 * 10 + nth));
            }
        }
    })
    .await;
    let mut heard = BTreeSet::new();
    for _ in 0..160 {
        heard.insert(listener.hear().await);
    }
    assert_eq!(heard, (0..160).collect());
}

struct Listener(mpsc::UnboundedReceiver<LiveEvent>);

struct Sink(mpsc::UnboundedSender<LiveEvent>);

impl LiveSink for Sink {
    fn deliver(&self, event: &LiveEvent) {
        // a listener that is gone need not hear
        let _ = self.0.send(event.clone());
    }
}

impl Listener {
    fn on(bus: &Arc<dyn LiveBus>) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        bus.subscribe(Arc::new(Sink(sender)));
        Self(receiver)
    }

    /// The user that the next event is about.
    async fn hear(&mut self) -> i64 {
        let event = tokio::time::timeout(PATIENCE, self.0.recv()).await;
        match event.unwrap().unwrap() {
            LiveEvent::Revoked { user, .. } => user.get(),
            other => panic!("never published: {other:?}"),
        }
    }
}

fn event(user: i64) -> LiveEvent {
    LiveEvent::Revoked { user: UserKey::new(user), session: None }
}

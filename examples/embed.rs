//! Herald within your own program, in memory: cargo run --example embed
use std::sync::{Arc, mpsc};

use herald_application::{CurrentDefaults, Inbox, Notifier, NotifierPorts, RequestContext};
use herald_domain::{ApiKeyId, Principal, RawAudience, RawDraft, Scope, ServicePrincipal};
use herald_memory::{MemoryBus, MemoryQueue, MemoryStore};
use herald_ports::{Clock, LiveBus, LiveEvent, LiveSink, SystemClock, UserStore};

/// Hears of everything that changes, once it is stored.
struct Listener(mpsc::Sender<LiveEvent>);

impl LiveSink for Listener {
    fn deliver(&self, event: &LiveEvent) {
        let _ = self.0.send(event.clone());
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (store, bus) = (Arc::new(MemoryStore::default()), Arc::new(MemoryBus::default()));
    let clock = Arc::new(SystemClock);
    let notifier = Notifier::new(NotifierPorts {
        defaults: Arc::new(CurrentDefaults::open(store.clone()).await?),
        notifications: store.clone(),
        fan_out: store.clone(),
        queue: Arc::new(MemoryQueue::default()),
        bus: bus.clone(),
        clock: clock.clone(),
    });
    let inbox = Inbox::new(store.clone(), bus.clone(), clock.clone());
    let (sender, events) = mpsc::channel();
    bus.subscribe(Arc::new(Listener(sender)));

    let alice = store.ensure("alice".parse()?, clock.now()).await?.ok_or("the id is reserved")?;
    let (id, name, scopes) = (ApiKeyId::new(1), "billing".parse()?, vec![Scope::Send]);
    let billing = Principal::Service(ServicePrincipal { id, name, scopes });
    let draft = RawDraft {
        to: RawAudience::user("alice"),
        message: "your invoice is ready".to_owned(),
        ..RawDraft::default()
    };
    let receipt = notifier.send(&billing, draft, RequestContext::default()).await?;

    assert!(matches!(events.recv()?, LiveEvent::Appended { .. }));
    assert_eq!(inbox.head(alice.key).await?.unread, 1);
    inbox.read_all(alice.key).await?;
    assert!(inbox.item(alice.key, receipt.id).await?.flags.read_at.is_some());
    Ok(())
}

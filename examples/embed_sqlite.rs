//! The same on a file, which outlives the program: cargo run --example embed_sqlite
use std::sync::Arc;

use herald_application::{CurrentDefaults, Inbox, Notifier, NotifierPorts, RequestContext};
use herald_domain::{ApiKeyId, Principal, RawAudience, RawDraft, Scope, ServicePrincipal};
use herald_memory::{MemoryBus, MemoryQueue};
use herald_ports::{Clock, SystemClock, SystemRandom, UserStore};
use herald_store_diesel::{DieselStore, StoreConfig};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let config = StoreConfig::new(format!("sqlite:{}", folder.path().join("herald.db").display()));
    let (bus, clock) = (Arc::new(MemoryBus::default()), Arc::new(SystemClock));

    let store = Arc::new(DieselStore::open(&config, &SystemRandom)?);
    let (id, name, scopes) = (ApiKeyId::new(1), "billing".parse()?, vec![Scope::Send]);
    let billing = Principal::Service(ServicePrincipal { id, name, scopes });
    let draft = RawDraft {
        to: RawAudience::user("alice"),
        message: "your invoice is ready".to_owned(),
        ..RawDraft::default()
    };
    // when this answers, it is on the disk
    let ports = NotifierPorts {
        defaults: Arc::new(CurrentDefaults::open(store.clone()).await?),
        notifications: store.clone(),
        fan_out: store.clone(),
        queue: Arc::new(MemoryQueue::default()),
        bus: bus.clone(),
        clock: clock.clone(),
    };
    Notifier::new(ports).send(&billing, draft, RequestContext::default()).await?;
    store.close().await;

    let store = Arc::new(DieselStore::open(&config, &SystemRandom)?);
    let alice = store.ensure("alice".parse()?, clock.now()).await?.ok_or("the id is reserved")?;
    assert_eq!(Inbox::new(store.clone(), bus, clock).head(alice.key).await?.unread, 1);
    store.close().await;
    Ok(())
}

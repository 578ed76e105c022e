//! The in-memory adapter keeps the contract of every port.

use std::sync::Arc;

use herald_contract::Stores;
use herald_contract::fixtures::CountingIds;
use herald_memory::{MemoryBus, MemoryQueue, MemoryStore};

fn stores() -> Stores {
    let store = MemoryStore::new(&CountingIds::default());
    Stores::of(Arc::new(store), ())
}

herald_contract::contract_suite!(stores());
herald_contract::live_bus_suite!(Arc::new(MemoryBus::default()));
herald_contract::job_queue_suite!(Arc::new(MemoryQueue::new(100)));

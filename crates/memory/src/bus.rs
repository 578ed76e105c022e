use std::sync::{Arc, PoisonError, RwLock};

use herald_ports::{LiveBus, LiveEvent, LiveSink};

/// Carries events within this process: each sink is called in the publisher's own thread.
#[derive(Default)]
pub struct MemoryBus {
    /// replaced as a whole, so that publishing holds no lock while sinks are called
    sinks: RwLock<Arc<[Arc<dyn LiveSink>]>>,
}

impl LiveBus for MemoryBus {
    fn publish(&self, event: LiveEvent) {
        let sinks = self.sinks.read().unwrap_or_else(PoisonError::into_inner).clone();
        for sink in sinks.iter() {
            sink.deliver(&event);
        }
    }

    fn subscribe(&self, sink: Arc<dyn LiveSink>) {
        let mut sinks = self.sinks.write().unwrap_or_else(PoisonError::into_inner);
        *sinks = sinks.iter().cloned().chain([sink]).collect();
    }
}

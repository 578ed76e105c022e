use std::sync::Arc;

use herald_ports::{LiveBus, LiveEvent, LiveSink, LiveSinks};

/// Carries events within this process: each sink is called in the publisher's own thread.
#[derive(Default)]
pub struct MemoryBus {
    sinks: LiveSinks,
}

impl LiveBus for MemoryBus {
    fn publish(&self, event: LiveEvent) {
        self.sinks.deliver(&event);
    }

    fn subscribe(&self, sink: Arc<dyn LiveSink>) {
        self.sinks.add(sink);
    }
}

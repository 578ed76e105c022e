//! The live bus over a broker: every node's events in numbered frames.
//!
//! A broker may lose frames: when a connection breaks, when a queue is full, while a node is away.
//! Nobody is told by the broker. So each node numbers its frames, and takes a number without a frame
//! where events were dropped: who finds a hole tells its own devices to look into the store.

mod incoming;
mod outgoing;

use std::sync::Arc;

use herald_ports::{LiveBus, LiveEvent, LiveSink, LiveSinks};

use crate::{Link, Settings};
use outgoing::Outgoing;

pub use incoming::Incoming;
pub use outgoing::Frames;

/// Carries events to the devices of this node at once, and to those of others by a broker.
pub struct Bus {
    sinks: Arc<LiveSinks>,
    outgoing: Outgoing,
}

impl Bus {
    /// A bus that publishes while that link is up; what it publishes; and where what comes goes to.
    pub fn new(settings: &Settings, link: &Arc<Link>) -> (Arc<Self>, Frames, Arc<Incoming>) {
        let node = settings.ids.id();
        let sinks = Arc::new(LiveSinks::default());
        let (outgoing, frames) = outgoing::outgoing(node.clone(), link.clone());
        let incoming = Arc::new(Incoming::new(node, sinks.clone()));
        (Arc::new(Self { sinks, outgoing }), frames, incoming)
    }
}

impl LiveBus for Bus {
    fn publish(&self, event: LiveEvent) {
        self.sinks.deliver(&event);
        self.outgoing.publish(event);
    }

    fn subscribe(&self, sink: Arc<dyn LiveSink>) {
        self.sinks.add(sink);
    }
}

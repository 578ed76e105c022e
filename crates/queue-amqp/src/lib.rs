//! RabbitMQ as work queue and live bus.
//!
//! Two connections: RabbitMQ stops reading from one that publishes while it is short of memory or
//! disk, and then could hear no acknowledgement on it either. Each is kept by a supervisor of its own,
//! which rebuilds connection, channels and topology whenever anything about them breaks. The client
//! library can recover by itself, too; that is never used, for what it recovers has changed from
//! version to version, and a rebuilt session is the same as a first one.

mod address;
mod connection;
mod consuming;
mod dead_jobs;
mod erase;
mod jobs_in;
mod jobs_out;
mod live_in;
mod live_out;
mod publishing;
mod topology;

pub use address::{Address, NotAnAddress};
pub use erase::erase;

use std::sync::Arc;

use herald_broker::{Broker, Bus, Link, Queue, Settings, Tasks};

use connection::Peer;
use consuming::Consuming;
use dead_jobs::AmqpDeadJobs;
use publishing::Publishing;
use topology::Topology;

/// Begins to keep connections to the broker; it may be away. Within a runtime of tokio.
pub fn open(address: &Address, settings: &Settings) -> Broker {
    let topology = Arc::new(Topology::new(settings));
    let peer = |what| Peer { address: address.clone(), name: settings.name(what) };
    let link = |name| Link::new(name, settings.clock.clone());
    let (publish, consume) = (link("publish"), link("consume"));
    let (bus, frames, incoming) = Bus::new(settings, &publish);
    let (queue, jobs, handout) = Queue::new(&publish);
    let mut tasks = Tasks::default();
    let publishing = Publishing {
        peer: peer("publish"),
        topology: topology.clone(),
        link: publish.clone(),
        ids: settings.ids.clone(),
        frames,
        jobs,
        stop: tasks.stop(),
    };
    let consuming = Consuming {
        peer: peer("consume"),
        topology: topology.clone(),
        link: consume.clone(),
        hold: settings.hold,
        incoming: incoming.clone(),
        handout,
        stop: tasks.stop(),
    };
    tasks.spawn(async move { incoming.tell_lagged().await });
    tasks.keep(&publish, settings, publishing);
    tasks.keep(&consume, settings, consuming);
    let dead_jobs = Arc::new(AmqpDeadJobs::new(peer("dead"), topology));
    Broker { bus, queue, dead_jobs, links: vec![publish, consume], tasks }
}

//! NATS as work queue and live bus: JetStream for jobs, which it keeps, and plain subjects for events,
//! which it does not.
//!
//! One connection serves both. When it breaks, all of it is built anew: streams, consumers and
//! subscriptions, so that there is one way to begin and not two.

mod address;
mod connection;
mod dead_jobs;
mod erase;
mod jobs_in;
mod jobs_out;
mod node;
mod streams;

pub use address::{Address, NotAnAddress};
pub use erase::erase;

use std::sync::Arc;

use herald_broker::{Broker, Bus, Link, Queue, Settings, Tasks};

use connection::Peer;
use dead_jobs::NatsDeadJobs;
use node::Node;
use streams::Streams;

/// Begins to keep a connection to the broker; it may be away. Within a runtime of tokio.
pub fn open(address: &Address, settings: &Settings) -> Broker {
    let streams = Arc::new(Streams::new(settings));
    let peer = |what| Peer { address: address.clone(), name: settings.name(what) };
    let link = Link::new("nats", settings.clock.clone());
    let (bus, frames, incoming) = Bus::new(settings, &link);
    let (queue, jobs, handout) = Queue::new(&link);
    let mut tasks = Tasks::default();
    let node = Node {
        peer: peer("node"),
        streams: streams.clone(),
        link: link.clone(),
        frames,
        incoming: incoming.clone(),
        jobs,
        handout,
        stop: tasks.stop(),
    };
    tasks.spawn(async move { incoming.tell_lagged().await });
    tasks.keep(&link, settings, node);
    let dead_jobs = Arc::new(NatsDeadJobs::new(peer("dead"), streams));
    Broker { bus, queue, dead_jobs, links: vec![link], tasks }
}

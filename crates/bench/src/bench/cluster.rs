use anyhow::{Context, Result};
use hdrhistogram::Histogram;

use super::listeners::{Listeners, Whom};
use super::unicast::{self, USERS};
use super::{Bench, per_million};
use crate::broker::{Broker, Kind};
use crate::client::Post;
use crate::figure::Figure;
use crate::figure::Target::AtMost;
use crate::floor::Floor;
use crate::herald::{self, Shared};
use crate::subject::Subject;

/// From a request at one node to the recipient's socket at another, by each of the brokers.
pub(super) async fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for broker in &bench.brokers {
        figures.extend(by(bench, broker).await?);
    }
    Ok(figures)
}

async fn by(bench: &Bench, broker: &Broker) -> Result<Vec<Figure>> {
    let database = bench.database.as_ref().context("nodes share a database")?.create()?;
    let shared = Shared { database: Some(&database), broker: Some(broker), ..Shared::default() };
    let (here, there) = (bench.start(shared).await?, bench.start(shared).await?);
    herald::populate(&here.subject, USERS).await?;
    let post = Post::to_one_of(&here.subject, USERS);
    let ours = measure(bench, &[&here.subject, &there.subject], post).await?;
    drop((here, there));
    let floor = Floor::start()?;
    let post = Post::of_length(&floor.subject, &floor.subject.paths.send, ours.length);
    let floor = measure(bench, &[&floor.subject], post).await?;

    let name = |what: &str| format!("from node to node by {}: {what}", broker.name());
    let latency = |quantile| unicast::latency(name, quantile, &ours.paced, &floor.paced);
    let (middle, most) = match broker.kind {
        Kind::RabbitMq => (5.0, 25.0),
        Kind::Nats => (2.0, 10.0),
    };
    Ok(vec![
        latency(0.5).target(AtMost(middle)),
        latency(0.99).target(AtMost(most)),
        latency(0.999),
        Figure::new(name("CPU each, of all but the generator"), "µs", ours.cpu).floor(floor.cpu),
    ])
}

struct Measured {
    paced: Histogram<u64>,
    cpu: f64,
    /// of a message
    length: usize,
}

/// Sends at the first of these nodes to sockets at the last.
async fn measure(bench: &Bench, nodes: &[&Subject], post: Post) -> Result<Measured> {
    let (first, last) = nodes.first().zip(nodes.last()).context("there are nodes")?;
    let listeners = Listeners::open(&bench.crew, last, Whom::First(USERS), false).await?;
    let paced = unicast::paced(bench, first, &listeners, post);
    let (paced, cpu) = bench.with_cpu(nodes, paced).await?;
    listeners.check()?;
    let cpu = per_million(cpu, paced.len());
    Ok(Measured { paced, cpu, length: listeners.length() })
}

use std::time::Duration;

use anyhow::{Context, Result};

use super::{PHONES, give_phones, send_sms};
use crate::bench::Bench;
use crate::broker::Broker;
use crate::clock::now;
use crate::figure::Figure;
use crate::figure::Target::AtLeast;
use crate::herald::Shared;
use crate::provider::{Manner, Provider};
use crate::subject::Subject;

const AT_A_TIME: usize = 64;
const LATENCY: Duration = Duration::from_millis(200);
/// How often is asked how far it is.
const LOOK: Duration = Duration::from_millis(10);

/// What two processes send that share a database and a broker, against one.
pub(super) async fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for broker in &bench.brokers {
        figures.extend(by(bench, broker).await?);
    }
    Ok(figures)
}

async fn by(bench: &Bench, broker: &Broker) -> Result<Vec<Figure>> {
    let messages = if bench.quick { 2 * PHONES } else { 5 * PHONES };
    let manner = Manner { latency: LATENCY, ..Manner::default() };
    let provider = Provider::start(&bench.crew, manner).await?;
    let settings = provider.settings(AT_A_TIME);
    let database = bench.database.as_ref().context("nodes share a database")?.create()?;
    let shared = Shared { database: Some(&database), broker: Some(broker), settings: &settings };
    let one = bench.start(shared).await?;
    give_phones(&one).await?;
    let alone = rate(bench, &[&one.subject], &provider, messages).await?;
    let other = bench.start(shared).await?;
    let nodes = [&one.subject, &other.subject];
    let both = rate(bench, &nodes, &provider, 2 * messages).await?;
    let name = |what: &str| format!("by {}, a provider that takes 200 ms: {what}", broker.name());
    Ok(vec![
        Figure::new(name("sent by one process"), "/s", alone),
        Figure::new(name("sent by two"), "/s", both),
        Figure::new(name("two, over one"), "", both / alone).target(AtLeast(1.6)),
    ])
}

/// How many the provider takes in a second until it has taken all, sent at the first of these nodes.
async fn rate(
    bench: &Bench,
    nodes: &[&Subject],
    provider: &Provider,
    messages: usize,
) -> Result<f64> {
    let first = nodes.first().context("there are nodes")?;
    let enough = provider.taken() + messages as u64;
    let all = async {
        let begun = now();
        send_sms(first, messages).await?;
        while provider.taken() < enough {
            tokio::time::sleep(LOOK).await;
        }
        Ok(begun.elapsed())
    };
    let (elapsed, _) = bench.with_cpu(nodes, all).await?;
    Ok(messages as f64 / elapsed.as_secs_f64())
}

use std::time::Duration;

use anyhow::Result;

use super::{Bench, millis, per_million};
use crate::client::{Limit, Load, Loaded, Post};
use crate::figure::Figure;
use crate::figure::Target::{AtLeast, AtMost};
use crate::floor::Floor;
use crate::herald;
use crate::process::Process;
use crate::subject::Subject;

const CONNECTIONS: usize = 32;

/// How many notifications to so many users are accepted, when nobody listens.
pub(super) async fn run(bench: &Bench, users: usize) -> Result<Vec<Figure>> {
    let floor = Floor::start()?;
    let floor = measure(bench, &floor.subject, 1, bench.seconds(3, 1)).await?;
    let herald = bench.herald().await?;
    herald::populate(&herald, users).await?;
    let ours = measure(bench, &herald, users, bench.seconds(10, 3)).await?;
    let name = |what| format!("ingest over {},000 users: {what}", users / 1_000);
    Ok(vec![
        Figure::new(name("accepted"), "/s", ours.loaded.rate())
            .floor(floor.loaded.rate())
            .target(bench.target(AtLeast(20_000.0), AtLeast(8_000.0))),
        ours.latency(name("p50"), 0.5, &floor),
        ours.latency(name("p99"), 0.99, &floor).target(bench.target(AtMost(10.0), None)),
        ours.latency(name("p99.9"), 0.999, &floor),
        Figure::new(name("server CPU each"), "µs", ours.server).floor(floor.server),
        Figure::new(name("generator CPU each"), "µs", ours.generator).floor(floor.generator),
    ])
}

struct Measured {
    loaded: Loaded,
    server: f64,
    generator: f64,
}

impl Measured {
    fn latency(&self, name: String, quantile: f64, floor: &Self) -> Figure {
        Figure::new(name, "ms", millis(&self.loaded.latencies, quantile))
            .floor(millis(&floor.loaded.latencies, quantile))
    }
}

async fn measure(
    bench: &Bench,
    subject: &Subject,
    users: usize,
    time: Duration,
) -> Result<Measured> {
    let load = Load {
        address: subject.address,
        connections: CONNECTIONS,
        status: 201,
        limit: Limit::Time(time),
        ledger: None,
    };
    let own = Process::own().cpu()?;
    let load = load.run(&bench.crew, |_| Post::to_one_of(subject, users));
    let (loaded, server) = bench.with_cpu(&[subject], load).await?;
    let own = Process::own().cpu()?.saturating_sub(own);
    let server = per_million(server, loaded.answers);
    let generator = per_million(own, loaded.answers);
    Ok(Measured { loaded, server, generator })
}

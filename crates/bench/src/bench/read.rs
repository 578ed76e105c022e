use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::Value;

use super::{Bench, millis, per_million};
use crate::client::{Get, Http, Limit, Load, Loaded, user};
use crate::figure::{Figure, Target::AtLeast};
use crate::floor::Floor;
use crate::herald;
use crate::subject::Subject;

const CONNECTIONS: usize = 16;

/// Pages of 20 items, each connection of an inbox of its own.
pub(super) async fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let floor = Floor::start()?;
    let (floor, floor_cpu) = measure(bench, &floor.subject, 0, bench.seconds(3, 1)).await?;
    let herald = bench.herald().await?;
    let mut figures = Vec::new();
    for (first, items, label) in [(0, 1_000, "1,000"), (CONNECTIONS, 30, "30")] {
        for nth in 0..CONNECTIONS {
            herald::fill(&herald, &user(first + nth), items).await?;
        }
        check(&herald, first).await?;
        let (ours, cpu) = measure(bench, &herald, first, bench.seconds(5, 2)).await?;
        let name = |what| format!("read of 20 of {label} items: {what}");
        let latency = |what, quantile| {
            Figure::new(name(what), "ms", millis(&ours.latencies, quantile))
                .floor(millis(&floor.latencies, quantile))
        };
        figures.extend([
            Figure::new(name("pages"), "/s", ours.rate())
                .floor(floor.rate())
                .target(bench.target(AtLeast(10_000.0), AtLeast(5_000.0))),
            latency("p50", 0.5),
            latency("p99", 0.99),
            Figure::new(name("server CPU each"), "µs", cpu).floor(floor_cpu),
        ]);
    }
    Ok(figures)
}

async fn measure(
    bench: &Bench,
    subject: &Subject,
    first_user: usize,
    time: Duration,
) -> Result<(Loaded, f64)> {
    let tokens = subject.tokens(first_user + CONNECTIONS, first_user + CONNECTIONS);
    let load = Load {
        address: subject.address,
        connections: CONNECTIONS,
        status: 200,
        limit: Limit::Time(time),
        ledger: None,
    };
    let load =
        load.run(&bench.crew, |nth| Get::new(&subject.paths.page, &tokens[first_user + nth]));
    let (loaded, cpu) = bench.with_cpu(&[subject], load).await?;
    let cpu = per_million(cpu, loaded.answers);
    Ok((loaded, cpu))
}

/// Makes sure that a page is what we think it is.
async fn check(subject: &Subject, first_user: usize) -> Result<()> {
    let tokens = subject.tokens(first_user + 1, first_user + 1);
    let mut http = Http::connect(subject.address).await?;
    let get = Get::new(&subject.paths.page, &tokens[first_user]);
    let page: Value = serde_json::from_slice(http.call(get.bytes(), 200).await?)?;
    let items = page["items"].as_array().map_or(0, Vec::len);
    ensure!(items == 20, "a page has {items} items");
    Ok(())
}

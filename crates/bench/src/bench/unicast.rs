use std::time::Duration;

use anyhow::Result;
use hdrhistogram::Histogram;

use super::listeners::{Listeners, Whom};
use super::{Bench, millis, per_million};
use crate::client::{Limit, Load, Paced, Post};
use crate::figure::Figure;
use crate::figure::Target::{AtLeast, AtMost};
use crate::floor::Floor;
use crate::herald;
use crate::subject::Subject;

/// How many are connected.
pub(super) const USERS: usize = 1_000;
const PER_SECOND: u64 = 500;
const CONNECTIONS: usize = 50;
const IN_FLIGHT: usize = 64;
/// How long the last message may be on its way.
const PATIENCE: Duration = Duration::from_secs(10);

/// From a request to the recipient's socket.
pub(super) async fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let herald = bench.herald().await?;
    herald::populate(&herald, USERS).await?;
    let (ours, length) = measure(bench, &herald, || Post::to_one_of(&herald, USERS)).await?;
    drop(herald);
    let floor = Floor::start()?;
    let post = || Post::of_length(&floor.subject, &floor.subject.paths.send, length);
    let (floor, _) = measure(bench, &floor.subject, post).await?;
    let name = |what: &str| format!("unicast to 1,000 connected users: {what}");
    let latency = |quantile| latency(name, quantile, &ours.paced, &floor.paced);
    Ok(vec![
        latency(0.5).target(bench.target(AtMost(1.0), None)),
        latency(0.99).target(bench.target(AtMost(5.0), None)),
        latency(0.999),
        Figure::new(name("deliveries, closed loop of 64"), "/s", ours.rate)
            .floor(floor.rate)
            .target(bench.target(AtLeast(15_000.0), None)),
        Figure::new(name("server CPU each, closed loop"), "µs", ours.cpu).floor(floor.cpu),
    ])
}

/// How long a message was on its way, at most so many of them.
pub(super) fn latency(
    name: impl Fn(&str) -> String,
    quantile: f64,
    ours: &Histogram<u64>,
    floor: &Histogram<u64>,
) -> Figure {
    let what = format!("POST to socket at {PER_SECOND}/s, p{}", quantile * 100.0);
    Figure::new(name(&what), "ms", millis(ours, quantile)).floor(millis(floor, quantile))
}

struct Measured {
    paced: Histogram<u64>,
    rate: f64,
    cpu: f64,
}

/// Also answers how long a message is. None is lost and none comes twice, or this fails.
async fn measure(
    bench: &Bench,
    subject: &Subject,
    post: impl Fn() -> Post,
) -> Result<(Measured, usize)> {
    let listeners = Listeners::open(&bench.crew, subject, Whom::First(USERS), false).await?;
    let paced = paced(bench, subject, &listeners, post()).await?;

    let count = if bench.quick { 20_000 } else { 100_000 };
    let ledger = listeners.expect(count, 1);
    let load = Load {
        address: subject.address,
        connections: IN_FLIGHT,
        status: 201,
        limit: Limit::Count(count as u64),
        ledger: Some(ledger.clone()),
    };
    let closed = async {
        load.run(&bench.crew, |_| post()).await?;
        ledger.complete(PATIENCE).await
    };
    let (elapsed, cpu) = bench.with_cpu(&[subject], closed).await?;
    listeners.check()?;
    let rate = count as f64 / elapsed.as_secs_f64();
    Ok((Measured { paced, rate, cpu: per_million(cpu, count as u64) }, listeners.length()))
}

/// Posts in an open loop, and answers how long each message was on its way to its socket, which may be
/// at another server. None is lost and none comes twice, or this fails.
pub(super) async fn paced(
    bench: &Bench,
    subject: &Subject,
    listeners: &Listeners,
    post: Post,
) -> Result<Histogram<u64>> {
    let count = usize::try_from(PER_SECOND * bench.seconds(10, 3).as_secs())?;
    let ledger = listeners.expect(count, 1);
    let paced = Paced {
        address: subject.address,
        connections: CONNECTIONS,
        count,
        interval: Duration::from_secs(1) / PER_SECOND as u32,
        ledger: ledger.clone(),
    };
    paced.run(&bench.crew, post).await?;
    ledger.complete(PATIENCE).await?;
    ledger.latencies()
}

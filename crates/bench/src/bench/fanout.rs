use std::time::Duration;

use anyhow::Result;
use hdrhistogram::Histogram;

use super::listeners::{Listeners, Whom};
use super::{Bench, millis, per_million};
use crate::client::{Limit, Load, Post};
use crate::figure::{Figure, Target};
use crate::floor::Floor;
use crate::herald;
use crate::subject::Subject;

const RECIPIENTS: usize = 100;
const SENDS: usize = 1_000;
/// More, for they take so little time that it could not be told.
const SENDS_OF_FLOOR: usize = 10_000;
const ALONE: usize = 200;
const IN_FLIGHT: usize = 8;
/// How long the last message may be on its way.
const PATIENCE: Duration = Duration::from_secs(10);

/// One message to a hundred who are connected.
pub(super) async fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let herald = bench.herald().await?;
    herald::populate(&herald, RECIPIENTS).await?;
    let (ours, length) =
        measure(bench, &herald, SENDS, || Post::to_all_of(&herald, RECIPIENTS)).await?;
    drop(herald);
    let floor = Floor::start()?;
    let post = || Post::of_length(&floor.subject, &floor.subject.paths.send_to_all, length);
    let (floor, _) = measure(bench, &floor.subject, SENDS_OF_FLOOR, post).await?;
    let name = |what: &str| format!("fan-out to 100 connected recipients: {what}");
    let alone = |quantile: f64| {
        let what = format!("one send alone, POST to last socket, p{}", quantile * 100.0);
        Figure::new(name(&what), "ms", millis(&ours.alone, quantile))
            .floor(millis(&floor.alone, quantile))
    };
    Ok(vec![
        alone(0.5),
        alone(0.99),
        Figure::new(name("1,000 sends, deliveries"), "/s", ours.rate).floor(floor.rate),
        Figure::new(name("server CPU per delivery"), "µs", ours.cpu)
            .floor(floor.cpu)
            .target(bench.target(Target::TimesFloor(1.5), None)),
    ])
}

struct Measured {
    alone: Histogram<u64>,
    rate: f64,
    cpu: f64,
}

async fn measure(
    bench: &Bench,
    subject: &Subject,
    sends: usize,
    post: impl Fn() -> Post,
) -> Result<(Measured, usize)> {
    let listeners = Listeners::open(&bench.crew, subject, Whom::First(RECIPIENTS), true).await?;

    let send = async |sends: usize, in_flight| {
        let ledger = listeners.expect(sends, RECIPIENTS);
        let load = Load {
            address: subject.address,
            connections: in_flight,
            status: 201,
            limit: Limit::Count(sends as u64),
            ledger: Some(ledger.clone()),
        };
        load.run(&bench.crew, |_| post()).await?;
        let elapsed = ledger.complete(PATIENCE).await?;
        anyhow::Ok((ledger, elapsed))
    };
    let ((alone, _), _) = bench.with_cpu(&[subject], send(ALONE, 1)).await?;
    let ((_, elapsed), cpu) = bench.with_cpu(&[subject], send(sends, IN_FLIGHT)).await?;
    listeners.check()?;
    let deliveries = (sends * RECIPIENTS) as u64;
    let measured = Measured {
        alone: alone.latencies()?,
        rate: deliveries as f64 / elapsed.as_secs_f64(),
        cpu: per_million(cpu, deliveries),
    };
    Ok((measured, listeners.length()))
}

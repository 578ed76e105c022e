use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use hdrhistogram::Histogram;

use super::listeners::{Listeners, Whom};
use super::{Bench, millis, per_million};
use crate::client::{Broadcast, Http, Limit, Load, Post, Source};
use crate::clock::{nanos, now};
use crate::figure::{Figure, Target};
use crate::floor::Floor;
use crate::herald;
use crate::subject::Subject;

/// How many users there are when something is sent to all of them.
const SIZES: [usize; 4] = [10_000, 100_000, 300_000, 1_000_000];
const QUICK_SIZES: [usize; 2] = [10_000, 100_000];
/// How many of them are connected.
const CONNECTED: usize = 5_000;
/// The time between two single sends while all are told.
const URGENT_EVERY: Duration = Duration::from_millis(10);
/// How often is asked whether all are told.
const LOOK: Duration = Duration::from_millis(5);
/// How long a broadcast may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// One message to everyone.
pub(super) async fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let sizes: &[usize] = if bench.quick { &QUICK_SIZES } else { &SIZES };
    let herald = bench.herald().await?;
    let mut figures = Vec::new();
    let (mut there, mut cost) = (0, Vec::new());
    for &size in sizes {
        herald::crowd(&herald, there..size).await?;
        there = size;
        let told = tell(bench, &herald, there).await?;
        let name = format!("broadcast to {there} users: server CPU for each");
        figures.push(Figure::new(name, "µs", told.cpu));
        cost.push(told);
    }
    let last = cost.pop().context("there are sizes")?;
    let name = |what: &str| format!("broadcast to {there} users: {what}");
    figures.extend([
        Figure::new(name("in every inbox after"), "s", last.elapsed.as_secs_f64())
            .target(Target::AtMost(5.0)),
        Figure::new(name("most memory meanwhile"), "MB", last.memory as f64 / 1e6)
            .target(Target::AtMost(300.0)),
    ]);
    let (urgent, meanwhile) = urgent(&herald, there).await?;
    figures.extend([
        Figure::new(name("a single send meanwhile, p50"), "ms", millis(&urgent, 0.5)),
        Figure::new(name("a single send meanwhile, p99"), "ms", millis(&urgent, 0.99))
            .target(Target::AtMost(20.0)),
        Figure::new(name("in every inbox after, with these"), "s", meanwhile.as_secs_f64()),
    ]);
    figures.extend(connected(bench, &herald, there).await?);
    Ok(figures)
}

/// What a broadcast came to.
struct Told {
    elapsed: Duration,
    /// of the server for each user, in microseconds
    cpu: f64,
    /// the most that was resident, in bytes
    memory: u64,
}

/// Sends to everyone, and waits until it is in every inbox.
async fn tell(bench: &Bench, herald: &Subject, users: usize) -> Result<Told> {
    let mut memory = 0;
    let watch = async {
        let mut broadcast = Broadcast::send(herald).await?;
        while !broadcast.is_done().await? {
            memory = memory.max(herald.process.resident()?);
            tokio::time::sleep(LOOK).await;
        }
        Ok(broadcast.begun.elapsed())
    };
    let (elapsed, cpu) = bench.with_cpu(herald.process, watch).await?;
    Ok(Told { elapsed, cpu: per_million(cpu, users as u64), memory })
}

/// Sends to single users while everyone is told; how long these took to be answered, and the broadcast.
async fn urgent(herald: &Subject, users: usize) -> Result<(Histogram<u64>, Duration)> {
    let elapsed = Cell::new(None);
    let tell = async {
        let mut broadcast = Broadcast::send(herald).await?;
        while !broadcast.is_done().await? {
            tokio::time::sleep(LOOK).await;
        }
        elapsed.set(Some(broadcast.begun.elapsed()));
        anyhow::Ok(())
    };
    let send = async {
        let (mut http, mut post) =
            (Http::connect(herald.address).await?, Post::to_one_of(herald, users));
        let mut latencies = Histogram::new(3)?;
        let mut due = now();
        while elapsed.get().is_none() {
            due += URGENT_EVERY;
            tokio::time::sleep(due.saturating_duration_since(now())).await;
            http.call(post.request(latencies.len()), 201).await?;
            // from when it was due, so that a stall counts for all who would have come meanwhile
            latencies.record(nanos(due.elapsed()))?;
        }
        anyhow::Ok(latencies)
    };
    let ((), latencies) = tokio::try_join!(tell, send)?;
    Ok((latencies, elapsed.get().unwrap_or_default()))
}

/// Sends to everyone while some are connected; what these get, beside the floor.
async fn connected(bench: &Bench, herald: &Subject, users: usize) -> Result<Vec<Figure>> {
    let sockets = CONNECTED.min(users);
    let listeners =
        Listeners::open(&bench.crew, herald, Whom::Spread { users, sockets }, true).await?;
    let ledger = listeners.expect(1, sockets);
    let all = async {
        let mut broadcast = Broadcast::send(herald).await?;
        ledger.sent(0, broadcast.begun);
        let heard = ledger.complete(PATIENCE).await?;
        while !broadcast.is_done().await? {
            tokio::time::sleep(LOOK).await;
        }
        Ok(heard)
    };
    let (heard, cpu) = bench.with_cpu(herald.process, all).await?;
    listeners.check()?;
    let length = listeners.length();
    drop(listeners);
    let floor = Floor::start()?;
    let (floor_heard, floor_cpu) = floor_tells(bench, &floor.subject, sockets, length).await?;
    let rate = |heard: Duration| sockets as f64 / heard.as_secs_f64();
    let name = |what: &str| format!("broadcast to {users} users, {sockets} connected: {what}");
    Ok(vec![
        Figure::new(name("the last of these hears after"), "ms", heard.as_secs_f64() * 1e3)
            .floor(floor_heard.as_secs_f64() * 1e3),
        Figure::new(name("deliveries to these"), "/s", rate(heard)).floor(rate(floor_heard)),
        Figure::new(
            name("server CPU for each, storing for all included"),
            "µs",
            per_million(cpu, sockets as u64),
        )
        .floor(floor_cpu),
    ])
}

/// The floor writes to as many sockets.
async fn floor_tells(
    bench: &Bench,
    floor: &Subject,
    sockets: usize,
    length: usize,
) -> Result<(Duration, f64)> {
    /// More than one, for one takes so little time that it could not be told.
    const SENDS: usize = 10;
    let listeners = Listeners::open(&bench.crew, floor, Whom::First(sockets), true).await?;
    let ledger = listeners.expect(SENDS, sockets);
    let load = Load {
        address: floor.address,
        connections: 1,
        status: 201,
        limit: Limit::Count(SENDS as u64),
        ledger: Some(Arc::clone(&ledger)),
    };
    let post = || Post::of_length(floor, &floor.paths.send_to_all, length);
    let all = async {
        load.run(&bench.crew, |_| post()).await?;
        ledger.complete(PATIENCE).await
    };
    let (heard, cpu) = bench.with_cpu(floor.process, all).await?;
    listeners.check()?;
    Ok((heard / SENDS as u32, per_million(cpu, (SENDS * sockets) as u64)))
}

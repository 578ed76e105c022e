use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use hdrhistogram::Histogram;

use super::listeners::{Listeners, Whom};
use super::{Bench, millis, per_million};
use crate::client::{Broadcast, Http, Limit, Load, Post, Source, user};
use crate::clock::{nanos, now};
use crate::figure::Figure;
use crate::figure::Target::{AtMost, ShareOfFloor, TimesFloor};
use crate::floor::Floor;
use crate::herald;
use crate::report;
use crate::rival::SocketIo;
use crate::subject::Subject;

/// How many users there are when something is sent to all of them.
const SIZES: [usize; 4] = [10_000, 100_000, 300_000, 1_000_000];
const QUICK_SIZES: [usize; 2] = [10_000, 100_000];
/// The audience of all.
const EVERYONE: &str = r#"{"everyone":true}"#;
/// How many of them are connected.
const CONNECTED: usize = 5_000;
/// The time between two single sends while all are told.
const URGENT_EVERY: Duration = Duration::from_millis(10);
/// How many take turns at that: none waits for an answer to another's.
const SENDERS: usize = 20;
/// How often is asked whether all are told.
const LOOK: Duration = Duration::from_millis(5);
/// How often the floor and its like send: one takes so little time that it could not be told.
const SENDS: usize = 10;
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
            .target(bench.target(AtMost(5.0), AtMost(30.0))),
        Figure::new(name("most memory meanwhile"), "MB", last.memory as f64 / 1e6)
            .target(AtMost(300.0)),
    ]);
    let (urgent, meanwhile) = urgent(bench, &herald, there).await?;
    figures.extend([
        Figure::new(name("a single send meanwhile, p50"), "ms", millis(&urgent, 0.5)),
        Figure::new(name("a single send meanwhile, p99"), "ms", millis(&urgent, 0.99))
            .target(bench.target(AtMost(20.0), AtMost(50.0))),
        Figure::new(name("in every inbox after, with these"), "s", meanwhile.as_secs_f64())
            .target(bench.target(None, AtMost(30.0))),
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
        let mut broadcast = Broadcast::to(herald, EVERYONE).await?;
        while !broadcast.is_done().await? {
            memory = memory.max(herald.process.resident()?);
            tokio::time::sleep(LOOK).await;
        }
        Ok(broadcast.begun.elapsed())
    };
    let (elapsed, cpu) = bench.with_cpu(&[herald], watch).await?;
    Ok(Told { elapsed, cpu: per_million(cpu, users as u64), memory })
}

/// Sends to single users while everyone is told; how long these took to be answered, and the broadcast.
async fn urgent(
    bench: &Bench,
    herald: &Subject,
    users: usize,
) -> Result<(Histogram<u64>, Duration)> {
    let is_over = Arc::new(AtomicBool::new(false));
    let begun = now();
    let senders: Vec<_> = (0..SENDERS)
        .map(|nth| {
            let (over, herald) = (is_over.clone(), herald.clone());
            let first = begun + URGENT_EVERY * u32::try_from(nth).unwrap_or(0);
            bench.crew.spawn(nth, send_urgently(herald, users, first, over))
        })
        .collect();
    let mut broadcast = Broadcast::to(herald, EVERYONE).await?;
    while !broadcast.is_done().await? {
        tokio::time::sleep(LOOK).await;
    }
    let elapsed = broadcast.begun.elapsed();
    is_over.store(true, Ordering::Relaxed);
    let mut latencies = Histogram::new(3)?;
    for sender in senders {
        latencies.add(sender.await??)?;
    }
    Ok((latencies, elapsed))
}

/// Sends whenever it is this sender's turn. A send is timed from when it was due, so that a stall counts
/// for all who would have come meanwhile.
async fn send_urgently(
    herald: Subject,
    users: usize,
    first: Instant,
    is_over: Arc<AtomicBool>,
) -> Result<Histogram<u64>> {
    let mut http = Http::connect(herald.address).await?;
    let mut post = Post::to_one_of(&herald, users);
    let mut latencies = Histogram::new(3)?;
    let mut due = first;
    while !is_over.load(Ordering::Relaxed) {
        tokio::time::sleep_until(due.into()).await;
        http.call(post.request(latencies.len()), 201).await?;
        latencies.record(nanos(due.elapsed()))?;
        due += URGENT_EVERY * SENDERS as u32;
    }
    Ok(latencies)
}

/// What those get who are connected: far apart in the store, and side by side.
async fn connected(bench: &Bench, herald: &Subject, users: usize) -> Result<Vec<Figure>> {
    let sockets = CONNECTED.min(users);
    let everyone = |what: &str| format!("broadcast to {users} users, {sockets} connected: {what}");
    let these =
        |who: &str, what: &str| format!("broadcast to {sockets} {who}, all connected: {what}");

    let spread = Whom::Spread { users, sockets };
    let listeners = Listeners::open(&bench.crew, herald, spread, true).await?;
    let of_everyone = heard(bench, herald, &listeners, sockets, EVERYONE, 1).await?;
    let far_apart = heard(bench, herald, &listeners, sockets, &named(spread), 1).await?;
    listeners.check()?;
    let length = listeners.length();
    drop(listeners);

    let first = Whom::First(sockets);
    let listeners = Listeners::open(&bench.crew, herald, first, true).await?;
    let side_by_side = heard(bench, herald, &listeners, sockets, &named(first), 1).await?;
    let in_a_row = heard(bench, herald, &listeners, sockets, &named(first), SENDS).await?;
    listeners.check()?;
    drop(listeners);

    let floor = Floor::start()?;
    let floor = all_hear(bench, &floor.subject, sockets, length).await?;
    let mut figures = vec![
        of_everyone.last(everyone("the last of them hears after"), &floor),
        of_everyone
            .rate(everyone("deliveries"), sockets, &floor)
            .target(bench.target(ShareOfFloor(0.7), None)),
    ];
    for (heard, who) in
        [(&far_apart, "of them"), (&side_by_side, "who registered one after the other")]
    {
        figures.extend([
            heard.last(these(who, "the last hears after"), &floor),
            heard
                .rate(these(who, "deliveries"), sockets, &floor)
                .target(bench.target(ShareOfFloor(0.7), None)),
            heard
                .cpu(these(who, "server CPU per delivery, storing included"), &floor)
                .target(bench.target(TimesFloor(1.5), None)),
        ]);
    }
    let in_turn = |what: &str| format!("{SENDS} broadcasts to these, one after the other: {what}");
    figures.extend([
        in_a_row
            .rate(in_turn("deliveries"), sockets, &floor)
            .target(bench.target(ShareOfFloor(0.7), None)),
        in_a_row
            .cpu(in_turn("server CPU per delivery, storing included"), &floor)
            .target(bench.target(TimesFloor(1.5), None)),
    ]);
    if !SocketIo::is_there() {
        report::note("  socket.io is left out: it takes node and npm");
        return Ok(figures);
    }
    let rival = SocketIo::start(&bench.folder)?;
    let rival = all_hear(bench, &rival.subject, sockets, length).await?;
    let name = |what: &str| format!("socket.io, {sockets} connected, nothing stored: {what}");
    figures.extend([
        rival.last(name("the last hears after"), &floor),
        rival.rate(name("deliveries"), sockets, &floor),
        rival.cpu(name("server CPU per delivery"), &floor),
    ]);
    Ok(figures)
}

/// An audience of these users.
fn named(whom: Whom) -> String {
    let users: Vec<_> = whom.users().map(user).collect();
    serde_json::json!({ "users": users }).to_string()
}

/// What those who are connected got.
struct Heard {
    /// from the request until the last of them had it
    after: Duration,
    /// of the server for each of them, in microseconds
    cpu: f64,
}

impl Heard {
    fn cpu(&self, name: String, floor: &Self) -> Figure {
        Figure::new(name, "µs", self.cpu).floor(floor.cpu)
    }

    fn last(&self, name: String, floor: &Self) -> Figure {
        Figure::new(name, "ms", self.after.as_secs_f64() * 1e3)
            .floor(floor.after.as_secs_f64() * 1e3)
    }

    fn rate(&self, name: String, sockets: usize, floor: &Self) -> Figure {
        let rate = |heard: &Self| sockets as f64 / heard.after.as_secs_f64();
        Figure::new(name, "/s", rate(self)).floor(rate(floor))
    }
}

/// Sends so often to an audience, one after the other is accepted, and waits until all who are connected
/// have everything, and all others.
async fn heard(
    bench: &Bench,
    herald: &Subject,
    listeners: &Listeners,
    sockets: usize,
    audience: &str,
    sends: usize,
) -> Result<Heard> {
    let ledger = listeners.expect(sends, sockets);
    let all = async {
        let mut broadcasts = Vec::with_capacity(sends);
        for number in 0..sends {
            let broadcast = Broadcast::nth_to(herald, audience, number).await?;
            ledger.sent(number, broadcast.begun);
            broadcasts.push(broadcast);
        }
        let elapsed = ledger.complete(PATIENCE).await?;
        for mut broadcast in broadcasts {
            while !broadcast.is_done().await? {
                tokio::time::sleep(LOOK).await;
            }
        }
        Ok(elapsed)
    };
    let (elapsed, cpu) = bench.with_cpu(&[herald], all).await?;
    let after = elapsed / u32::try_from(sends)?;
    Ok(Heard { after, cpu: per_million(cpu, (sends * sockets) as u64) })
}

/// A subject that stores nothing writes to so many sockets.
async fn all_hear(
    bench: &Bench,
    subject: &Subject,
    sockets: usize,
    length: usize,
) -> Result<Heard> {
    let listeners = Listeners::open(&bench.crew, subject, Whom::First(sockets), true).await?;
    let ledger = listeners.expect(SENDS, sockets);
    let load = Load {
        address: subject.address,
        connections: 1,
        status: 201,
        limit: Limit::Count(SENDS as u64),
        ledger: Some(Arc::clone(&ledger)),
    };
    let post = || Post::of_length(subject, &subject.paths.send_to_all, length);
    let all = async {
        load.run(&bench.crew, |_| post()).await?;
        ledger.complete(PATIENCE).await
    };
    let (elapsed, cpu) = bench.with_cpu(&[subject], all).await?;
    listeners.check()?;
    let after = elapsed / SENDS as u32;
    Ok(Heard { after, cpu: per_million(cpu, (SENDS * sockets) as u64) })
}

//! Measures sending through the port:
//! `cargo run --release --example sends [folder or postgres://…] [tasks] [users] [recipients of each]`.
//! The database of a URL is to be empty.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "measures, and says what it measured"
)]

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use herald_domain::{Audience, Content, Draft, ItemFilter, Route, UserKey};
use herald_ports::{
    Append, Clock, Entry, Idempotency, InboxStore, NotificationStore, Position, SystemClock,
    SystemRandom,
};
use herald_store_diesel::{DieselStore, StoreConfig};

const FOR: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let place = arguments.next().unwrap_or(".".to_owned());
    let server = Some(place.clone()).filter(|place| place.starts_with("postgres"));
    let folder = tempfile::tempdir_in(if server.is_some() { "." } else { &place }).unwrap();
    let tasks: u64 = arguments.next().map_or(32, |text| text.parse().unwrap());
    let users: u64 = arguments.next().map_or(100_000, |text| text.parse().unwrap());
    let recipients: u64 = arguments.next().map_or(1, |text| text.parse().unwrap());
    let path = folder.path().join("herald.db");
    let url = server.unwrap_or_else(|| format!("sqlite:{}", path.display()));
    let store = Arc::new(DieselStore::open(&StoreConfig::new(url), &SystemRandom).unwrap());

    for first in (0..users).step_by(10_000) {
        let range = first..users.min(first + 10_000);
        let drafts: Vec<_> = range.map(|user| draft(user..user + 1)).collect();
        store.append(append(drafts, None)).await.unwrap();
    }
    for keys in [false, true] {
        let (sent, used, spent, mut waits) = run(&store, tasks, users, recipients, keys).await;
        waits.sort_unstable();
        let at = |part: usize| waits[(waits.len() - 1) * part / 100].as_secs_f64() * 1e3;
        println!(
            "{tasks} tasks, {users} users, {recipients} recipients, keys {keys}: {:.0} sends/s, {:.0} per second of writer CPU, \
             p50 {:.2} ms, p99 {:.2} ms, wal {} MiB",
            sent as f64 / spent.as_secs_f64(),
            sent as f64 / used.as_secs_f64(),
            at(50),
            at(99),
            store.load().wal_bytes >> 20,
        );
    }
    read(&store, users).await;
    store.close().await;
}

/// Reads pages of 20 items of random users.
async fn read(store: &Arc<DieselStore>, users: u64) {
    let begun = Instant::now();
    let tasks: Vec<_> = (0..16_u64)
        .map(|task| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                let mut pages = 0_u64;
                while begun.elapsed() < FOR {
                    let nth = (pages * 16 + task).wrapping_mul(0x9E37_79B9_7F4A_7C15) % users;
                    let user = UserKey::new(i64::try_from(nth + 1).unwrap());
                    let page = store.page(user, ItemFilter::default(), Position::Cursor(None), 20);
                    page.await.unwrap();
                    pages += 1;
                }
                pages
            })
        })
        .collect();
    let mut pages = 0;
    for task in tasks {
        pages += task.await.unwrap();
    }
    println!("{:.0} pages/s", pages as f64 / begun.elapsed().as_secs_f64());
}

async fn run(
    store: &Arc<DieselStore>,
    tasks: u64,
    users: u64,
    recipients: u64,
    keys: bool,
) -> (u64, Duration, Duration, Vec<Duration>) {
    let next = Arc::new(AtomicU64::new(u64::from(keys) << 40));
    let start = next.load(Ordering::Relaxed);
    let (cpu, begun) = (writer_cpu(), Instant::now());
    let tasks: Vec<_> = (0..tasks)
        .map(|_| {
            let (store, next) = (Arc::clone(store), Arc::clone(&next));
            tokio::spawn(async move {
                let mut waits = Vec::new();
                while begun.elapsed() < FOR {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    let user = nth.wrapping_mul(0x9E37_79B9_7F4A_7C15) % (users + 1 - recipients);
                    let draft = draft(user..user + recipients);
                    let mut key = [0; 16];
                    key[..8]
                        .copy_from_slice(&nth.wrapping_mul(0xD6E8_FEB8_6659_FD93).to_le_bytes());
                    let idempotency = keys.then_some(Idempotency { key, fingerprint: [1; 16] });
                    let asked = Instant::now();
                    store.append(append(vec![draft], idempotency)).await.unwrap();
                    waits.push(asked.elapsed());
                }
                waits
            })
        })
        .collect();
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await.unwrap());
    }
    let sent = next.load(Ordering::Relaxed) - start;
    (sent, writer_cpu() - cpu, begun.elapsed(), waits)
}

fn draft(users: Range<u64>) -> Draft {
    Draft {
        to: Audience::Users(users.map(|user| format!("user{user}").parse().unwrap()).collect()),
        content: Content {
            title: Some("Build finished".parse().unwrap()),
            category: Some("ci".parse().unwrap()),
            ..Content::of("main is green, all 312 tests passed in 4 minutes".parse().unwrap())
        },
        route: Route::default(),
        send_at: None,
    }
}

fn append(drafts: Vec<Draft>, idempotency: Option<Idempotency>) -> Append {
    Append {
        entries: drafts.into_iter().map(Entry::Send).collect(),
        sender: "ci-bot".to_owned(),
        principal: "key:1".to_owned(),
        create_recipients: true,
        idempotency,
        defaults: Arc::default(),
        traceparent: None,
        now: SystemClock.now(),
    }
}

/// What the writing thread has used of the processor; Linux only.
fn writer_cpu() -> Duration {
    std::fs::read_dir("/proc/self/task")
        .unwrap()
        .map(|task| std::fs::read_to_string(task.unwrap().path().join("stat")).unwrap())
        .filter(|stat| stat.contains("(herald-writer)"))
        .map(|stat| {
            let fields: Vec<_> = stat.rsplit(") ").next().unwrap().split(' ').collect();
            let ticks: u64 =
                fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
            Duration::from_millis(ticks * 10)
        })
        .sum()
}

//! Cleaning up after a long time lets everybody else write.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "measures, and says what it measured: see it by --nocapture, with --release"
)]

mod common;
#[path = "common/sending.rs"]
mod sending;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use common::config;
use herald_domain::{Audience, Content, Draft, Keep, Leftover, Route, UserKey};
use herald_ports::{
    Append, Entry, Idempotency, InboxStore, NotificationStore, RetentionStore, SystemRandom,
    UserStore,
};
use herald_store_diesel::DieselStore;
use sending::{NOW, hello};

const USERS: usize = 10_000;
const ITEMS: usize = 10;
/// How much one step removes, as the janitor asks for.
const STEP: usize = 100;
/// How many sends must have come through meanwhile: if all went in one step, each sender's one. How
/// long they wait is only told, for that depends on the disk and on who else uses it.
const SENDS: usize = 300;

static NEXT_KEY: AtomicU64 = AtomicU64::new(1);
/// Makes keys look random, as they are.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// One after the other: the time of the writing thread is that of all in this process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_send_waits_for_the_janitor() {
    #[cfg(target_os = "linux")]
    each_step_is_short().await;
    sends_go_on().await;
}

async fn sends_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(DieselStore::open(&config(&folder), &SystemRandom).unwrap());
    let quiet = Duration::from_secs(1);
    measure(&store, "nothing", async |_| tokio::time::sleep(quiet).await).await;

    fill(&store, true).await;
    measure(&store, "expiring", async |store| {
        while store.next_expiry().await.unwrap().is_some() {
            store.expire(NOW, STEP).await.unwrap();
        }
    })
    .await;
    fill(&store, false).await;
    let keep = Keep { items: 1, after: None };
    measure(&store, "trimming", async |store| {
        let mut next = Some(UserKey::default());
        while let Some(after) = next {
            next = store.trim(after, keep, NOW, STEP).await.unwrap().next;
        }
    })
    .await;
    for leftover in [Leftover::Tombstones, Leftover::Notifications, Leftover::IdempotencyKeys] {
        measure(&store, &format!("forgetting {leftover:?}"), async |store| {
            while store.forget(leftover, NOW, STEP).await.unwrap() {}
        })
        .await;
    }
    let first = store.by_id("user0".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(store.head(first.key).await.unwrap().unread, 1);
    store.close().await;
}

/// A send that comes at the worst moment waits for one step, and for its own group and commit. How
/// long that takes depends on the disk and on who else uses the machine; what a step itself takes,
/// in time of the processor, does not.
#[cfg(target_os = "linux")]
async fn each_step_is_short() {
    const LONGEST: Duration = Duration::from_millis(20);
    let folder = tempfile::tempdir().unwrap();
    let store = DieselStore::open(&config(&folder), &SystemRandom).unwrap();
    let mut steps = Vec::new();
    fill(&store, true).await;
    while store.next_expiry().await.unwrap().is_some() {
        let before = writer_time();
        store.expire(NOW, STEP).await.unwrap();
        steps.push(("expiring", writer_time() - before));
    }
    fill(&store, false).await;
    let mut next = Some(UserKey::default());
    while let Some(after) = next {
        let before = writer_time();
        let keep = Keep { items: 1, after: None };
        next = store.trim(after, keep, NOW, STEP).await.unwrap().next;
        steps.push(("trimming", writer_time() - before));
    }
    for user in 0..200 {
        let id = format!("user{user}").parse().unwrap();
        UserStore::delete(&store, id, NOW).await.unwrap();
    }
    for leftover in Leftover::ALL {
        loop {
            let before = writer_time();
            let more = store.forget(leftover, NOW, STEP).await.unwrap();
            steps.push(("forgetting", writer_time() - before));
            if !more {
                break;
            }
        }
    }
    store.close().await;
    steps.sort_unstable_by_key(|(_, took)| *took);
    println!("{} steps, the longest: {:?}", steps.len(), &steps[steps.len() - 5..]);
    assert!(steps.len() > 1_000);
    assert!(steps.iter().all(|(_, took)| *took < LONGEST), "{:?}", steps.last());
}

/// How long the writing thread has had a processor.
#[cfg(target_os = "linux")]
fn writer_time() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let of_writer = threads.map(|thread| thread.unwrap().path()).filter(|thread| {
        std::fs::read_to_string(thread.join("comm")).is_ok_and(|name| name == "herald-writer\n")
    });
    let times = of_writer.map(|thread| {
        let text = std::fs::read_to_string(thread.join("schedstat")).unwrap();
        Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
    });
    times.sum()
}

/// Gives every user so many items.
async fn fill(store: &DieselStore, expiring: bool) {
    for nth in 0..ITEMS {
        for users in (0..USERS).step_by(5_000) {
            let entry = |first: usize| {
                let id = |user: usize| format!("user{user}").parse().unwrap();
                Entry::Send(Draft {
                    to: Audience::Users((first..first + 100).map(id).collect()),
                    content: Content {
                        expires_at: expiring.then_some(NOW),
                        ..Content::of(format!("number {nth}").parse().unwrap())
                    },
                    route: Route::default(),
                    send_at: None,
                })
            };
            let entries = (users..users + 5_000).step_by(100).map(entry).collect();
            store.append(Append { entries, ..hello("nobody") }).await.unwrap();
        }
    }
}

/// Sends from many sides while `work` goes on, and says how long sends waited.
async fn measure(store: &Arc<DieselStore>, what: &str, work: impl AsyncFn(&DieselStore)) {
    let done = Arc::new(AtomicBool::new(false));
    let senders: Vec<_> = (0..16_u8)
        .map(|nth| {
            let (store, done) = (Arc::clone(store), Arc::clone(&done));
            tokio::spawn(async move {
                let mut waits = Vec::new();
                while !done.load(Ordering::Relaxed) {
                    let begun = Instant::now();
                    let key = NEXT_KEY.fetch_add(1, Ordering::Relaxed).wrapping_mul(SPREAD);
                    let key = u128::from(key).to_le_bytes();
                    let idempotency = Some(Idempotency { key, fingerprint: [1; 16] });
                    let append = Append { idempotency, ..hello(&format!("sender{nth}")) };
                    store.append(append).await.unwrap();
                    waits.push(begun.elapsed());
                }
                waits
            })
        })
        .collect();
    let begun = Instant::now();
    work(store).await;
    let spent = begun.elapsed();
    done.store(true, Ordering::Relaxed);
    let mut waits = Vec::new();
    for sender in senders {
        waits.extend(sender.await.unwrap());
    }
    waits.sort_unstable();
    let at = |permille: usize| waits[(waits.len() - 1) * permille / 1_000];
    println!(
        "{what}: {spent:.2?}, {} sends, waits p50 {:.2?}, p99 {:.2?}, p99.9 {:.2?}, longest {:.2?}",
        waits.len(),
        at(500),
        at(990),
        at(999),
        at(1_000),
    );
    assert!(waits.len() > SENDS, "{} sends while {what}", waits.len());
}

//! Measures how fast deliveries are planned, claimed and recorded, and what is claimed beside many that
//! wait: `cargo run --release --example deliveries -- URL [COUNT]`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "measures, and says what it measured"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use herald_domain::{
    Attempt, Audience, Channel, ChannelSet, Content, Draft, Outcome, Route, Timestamp, UserId,
};
use herald_ports::{
    Append, Claimed, DeliveryStore, Entry, FanOutStore, NoDevices, NotificationStore, Planning,
    Record, SystemRandom, Then, UserChange, UserStore,
};
use herald_store_diesel::{DieselStore, StoreConfig};

const NOW: Timestamp = Timestamp::from_micros(1_795_251_600_000_000);
/// How many are claimed and recorded at once.
const BATCH: usize = 100;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().unwrap();
    let count: usize = arguments.next().map_or(100_000, |count| count.parse().unwrap());
    let store = Arc::new(DieselStore::open(&StoreConfig::new(url), &SystemRandom).unwrap());
    users(&store, count).await;
    send(&store, Audience::EVERYONE).await;
    timed("steps", count, async {
        while store.step(None, NOW, Arc::new(NoDevices)).await.unwrap().is_some() {}
    })
    .await;
    let planned = timed("plan", count, plan(&store)).await;
    assert_eq!(planned, count);
    // half of them wait for another attempt, far ahead
    let ahead = NOW.plus(Duration::from_secs(86_400));
    timed("claim and record", count, finish(&store, ahead)).await;
    send(&store, Audience::Users(vec!["u7".parse().unwrap()])).await;
    plan(&store).await;
    let claimed = timed("one beside many that wait", 1, claim(&store)).await;
    assert_eq!(claimed.len(), 1);
    store.close().await;
}

async fn timed<T>(what: &str, count: usize, work: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let done = work.await;
    let took = begun.elapsed();
    println!("{what}: {took:?}, {:.0}/s", count as f64 / took.as_secs_f64());
    done
}

/// So many users with an e-mail address.
async fn users(store: &Arc<DieselStore>, count: usize) {
    for first in (0..count).step_by(500) {
        let several = (first..count.min(first + 500)).map(|nth| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                let id: UserId = format!("u{nth}").parse().unwrap();
                store.ensure(id.clone(), NOW).await.unwrap();
                let email = Some(Some(format!("u{nth}@example.com").parse().unwrap()));
                let change = UserChange { email, ..UserChange::default() };
                store.change(id, change, NOW).await.unwrap();
            })
        });
        for one in several.collect::<Vec<_>>() {
            one.await.unwrap();
        }
    }
}

async fn send(store: &DieselStore, to: Audience) {
    let channels = Some(ChannelSet::of([Channel::Email]));
    let append = Append {
        entries: vec![Entry::Send(Draft {
            to,
            content: Content::of("hello".parse().unwrap()),
            route: Route { channels, escalate_after: None },
            send_at: None,
        })],
        sender: "ci-bot".to_owned(),
        principal: "key:1".to_owned(),
        create_recipients: true,
        idempotency: None,
        defaults: Arc::default(),
        traceparent: None,
        now: NOW,
    };
    store.append(append).await.unwrap();
}

async fn plan(store: &DieselStore) -> usize {
    let (defaults, addressless) = (Arc::default(), ChannelSet::NONE);
    let planning = Planning { defaults, addressless, now: NOW, limit: 1_000 };
    let mut all = 0;
    loop {
        match store.plan(planning.clone()).await.unwrap().taken {
            0 => return all,
            taken => all += taken,
        }
    }
}

async fn claim(store: &DieselStore) -> Vec<Claimed> {
    store.claim(Channel::Email, BATCH, Duration::from_secs(60), NOW).await.unwrap()
}

async fn finish(store: &DieselStore, ahead: Timestamp) {
    loop {
        let claimed = claim(store).await;
        if claimed.is_empty() {
            return;
        }
        let record = |(nth, one): (usize, &Claimed)| {
            let (outcome, then) = match nth % 2 {
                0 => (Outcome::Sent, Then::Sent),
                _ => (Outcome::Transient, Then::Retry(ahead)),
            };
            let attempt = Some(Attempt { at: NOW, outcome, detail: None });
            Record { id: one.id, claim: one.claim, attempt, then }
        };
        let records = claimed.iter().enumerate().map(record).collect();
        store.record(records, NOW).await.unwrap();
    }
}

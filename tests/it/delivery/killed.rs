//! What was accepted is sent, however often whoever sends it is killed (G2). `TEST_DELIVERY_KILLS` says how often.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::sms::SmsProvider;
use super::{address, builder, deliveries};
use crate::broker::{Kind, is_ready, on};
use crate::cluster::Worker;
use crate::support::{Builder, Client, PostgreSql, amount, eventually, skip};

/// How many messages each process that is killed sends at a time.
const CONCURRENCY: usize = 8;

/// How many are sent: enough that somebody is busy until the last kill.
fn sends(kills: usize) -> usize {
    kills * 50
}

fn kills() -> usize {
    amount("TEST_DELIVERY_KILLS", 6)
}

fn busy(provider: &SmsProvider) -> Builder {
    // what was lost is soon found
    let builder = provider.of(builder()).set("HERALD_DELIVERY_GRACE", "1");
    builder.set("HERALD_SMS_CONCURRENCY", &CONCURRENCY.to_string())
}

/// Has all of it accepted.
async fn accept(admin: &Client, sends: usize) {
    address(admin, "alice", &json!({"phone": "+4915123456789"})).await;
    let one =
        |nth| json!({"to": {"user": "alice"}, "message": format!("m{nth}"), "channels": ["sms"]});
    let all: Vec<Value> = (0..sends).map(one).collect();
    for part in all.chunks(500) {
        let batch = json!({"notifications": part});
        let results = admin.post("/api/v1/notifications/batch", &batch).await.expect(200).json;
        let accepted = |entry: &&Value| entry["id"].is_i64();
        let count = results["results"].as_array().unwrap().iter().filter(accepted).count();
        assert_eq!(count, part.len());
    }
}

/// Waits until the provider has been asked more often than one sender alone soon would.
async fn is_busy(provider: &SmsProvider) {
    let before = provider.asked();
    eventually("it sends", async || provider.asked() >= before + 3 * CONCURRENCY).await;
}

/// Waits until all are sent, and checks that each was: more than once only if a process died meanwhile.
#[expect(clippy::print_stdout, reason = "says how much was tested")]
async fn all_are_sent(admin: &Client, provider: &SmsProvider, sends: usize, kills: usize) {
    eventually("all are sent", async || deliveries(admin, "sent").await.len() == sends).await;
    let sent = deliveries(admin, "sent").await;
    let lost = |one: &Value| super::outcomes(one).iter().filter(|what| **what == "lost").count();
    let lost: usize = sent.iter().map(lost).sum();
    let texts = provider.texts();
    let expected: BTreeMap<_, _> = (0..sends).map(|nth| (format!("m{nth}"), 1)).collect();
    assert!(texts.keys().eq(expected.keys()), "{texts:?}");
    let repeated = texts.values().sum::<usize>() - sends;
    println!("{kills} kills: {sends} sent, {lost} lost and found, {repeated} sent again");
    // in flight, or answered and not yet recorded
    assert!(repeated <= kills * 2 * CONCURRENCY, "{repeated} were sent again");
    // these, or taken on and not yet begun
    assert!((1..=kills * 3 * CONCURRENCY).contains(&lost), "{lost} attempts were lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_is_sent_however_often_the_server_is_killed() {
    let (kills, provider) = (kills(), SmsProvider::start(Duration::from_millis(50)).await);
    let mut server = busy(&provider).start().await;
    let admin = server.admin().await;
    accept(&admin, sends(kills)).await;
    for _ in 0..kills {
        is_busy(&provider).await;
        server = server.kill_and_restart().await;
    }
    all_are_sent(&admin.at(server.address), &provider, sends(kills), kills).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_is_sent_however_often_a_worker_is_killed() {
    let test = "what_was_accepted_is_sent_however_often_a_worker_is_killed";
    on(Kind::RabbitMq, test, async |broker| {
        let Some(database) = PostgreSql::start().await else {
            return skip(test, "PostgreSQL is not installed");
        };
        let (kills, provider) = (kills(), SmsProvider::start(Duration::from_millis(50)).await);
        let builder = broker.join(busy(&provider), &broker.url(&broker.address()));
        let url = PostgreSql::url_at(&database.address());
        let builder = builder.set("HERALD_DATABASE_URL", &url);
        // the server leaves most to the worker
        let server = builder.clone().set("HERALD_SMS_CONCURRENCY", "1").start().await;
        is_ready(&server).await;
        let admin = server.admin().await;
        let mut worker = Worker::start(&builder);
        accept(&admin, sends(kills)).await;
        for _ in 0..kills {
            is_busy(&provider).await;
            drop(worker);
            worker = Worker::start(&builder);
        }
        all_are_sent(&admin, &provider, sends(kills), kills).await;
    })
    .await;
}

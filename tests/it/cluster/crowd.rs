use std::collections::BTreeMap;

use serde_json::json;
use tokio::time::Instant;

use super::{Cluster, duration};
use crate::broker::{Broker, Kind, on};
use crate::support::{Client, Rng, mint};

const TEST: &str = "many_who_send_to_many_of_the_same_are_never_refused";
const CONNECTIONS: usize = 16;
const USERS: usize = 300;
const RECIPIENTS: usize = 100;

#[tokio::test(flavor = "multi_thread")]
async fn many_who_send_to_many_of_the_same_are_never_refused() {
    on(Kind::RabbitMq, TEST, send).await;
}

/// Every transaction wants the inboxes that all the others want, too, on each of the servers.
async fn send(broker: Broker) {
    let builder = broker.server(&broker.address());
    let Some(cluster) = Cluster::start(TEST, builder).await else { return };
    let service = cluster.servers[0].service().await;
    let mut rng = Rng::new();
    let end = Instant::now() + duration();
    let senders: Vec<_> = (0..CONNECTIONS)
        .map(|nth| {
            let address = cluster.servers[nth % cluster.servers.len()].address;
            let service = Client::new(address, service.token.as_deref());
            tokio::spawn(send_until(end, service, rng.fork()))
        })
        .collect();
    let mut expected = BTreeMap::<String, i64>::new();
    for sender in senders {
        for (user, times) in sender.await.unwrap() {
            *expected.entry(user).or_default() += times;
        }
    }
    for (user, times) in expected {
        let count = service.with_token(&mint(&user)).count().await;
        assert_eq!((&count["rev"], &count["unread"]), (&json!(times), &json!(times)), "{user}");
    }
}

/// Sends one after the other; answers how much was sent to whom.
async fn send_until(end: Instant, service: Client, mut rng: Rng) -> BTreeMap<String, i64> {
    let mut sent = BTreeMap::new();
    while Instant::now() < end {
        let mut users: Vec<_> = (0..USERS).map(|nth| format!("user-{nth}")).collect();
        for nth in 0..RECIPIENTS {
            let other = nth + rng.below(USERS - nth);
            users.swap(nth, other);
        }
        users.truncate(RECIPIENTS);
        let body = json!({"to": {"users": users}, "message": "hello"});
        service.post("/api/v1/notifications", &body).await.expect(201);
        for user in users {
            *sent.entry(user).or_default() += 1;
        }
    }
    sent
}

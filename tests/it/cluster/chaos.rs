use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use super::{Cluster, Worker};
use crate::broker::{Broker, on_each_broker};
use crate::support::{Client, Copy, Rng, amount, eventually, mint};

on_each_broker!(nothing_is_lost_while_processes_are_killed);

const USERS: [&str; 4] = ["alice", "bob", "carol", "dave"];
const SENDERS: usize = 6;

/// What was acknowledged.
#[derive(Default)]
struct Ledger {
    direct: Vec<(&'static str, String)>,
    broadcasts: Vec<(i64, String)>,
}

/// Where the servers are now: one that was killed is back at another address.
type Addresses = Arc<Mutex<Vec<std::net::SocketAddr>>>;

/// Somebody who sends, and asks another server with the same key when one does not answer.
async fn send(
    key: String,
    addresses: Addresses,
    ledger: Arc<Mutex<Ledger>>,
    is_over: Arc<AtomicBool>,
    name: usize,
    mut rng: Rng,
) {
    for nth in 0.. {
        if is_over.load(Ordering::Relaxed) {
            return;
        }
        let to_all = rng.one_in(50);
        let user = *rng.pick(&USERS);
        let message = format!("{name}/{nth}");
        let to = if to_all { json!({"everyone": true}) } else { json!({"user": user}) };
        let body = json!({"to": to, "message": message});
        let answer = loop {
            let address = *rng.pick(&addresses.lock().unwrap());
            let client = Client::new(address, Some(&key));
            let request = client.request("POST", "/api/v1/notifications").json(&body);
            let request = request.header("Idempotency-Key", format!("\"{message}\""));
            match client.try_send(request).await {
                Some(answer) if answer.status != 503 && answer.status != 409 => break answer,
                _ => rng.pause(50).await,
            }
        };
        let status = if to_all { 202 } else { 201 };
        let id = answer.expect(status).json["id"].as_i64().unwrap();
        let mut ledger = ledger.lock().unwrap();
        if to_all {
            ledger.broadcasts.push((id, message));
        } else {
            ledger.direct.push((user, message));
        }
    }
}

/// A random process is killed every second, for `TEST_CLUSTER_SECONDS`. Whatever was acknowledged is in
/// its inbox once, and every broadcast in all of them.
async fn nothing_is_lost_while_processes_are_killed(broker: Broker) {
    let test = "nothing_is_lost_while_processes_are_killed";
    let Some(mut cluster) = Cluster::start(test, &broker).await else { return };
    let mut rng = Rng::new();
    let key = cluster.servers[0].service().await.token.unwrap();
    for user in USERS {
        cluster.servers[0].user(user).get("/api/v1/me").await.expect(200);
    }
    // the administrator is there; hashing the password again would only take time
    let again = cluster.builder.clone();
    cluster.builder = again.unset("HERALD_ADMIN_USERNAME").unset("HERALD_ADMIN_PASSWORD");
    let of = |cluster: &Cluster| cluster.servers.iter().map(|server| server.address).collect();
    let addresses: Addresses = Arc::new(Mutex::new(of(&cluster)));
    let ledger = Arc::new(Mutex::new(Ledger::default()));
    let is_over = Arc::new(AtomicBool::new(false));
    let senders: Vec<_> = (0..SENDERS)
        .map(|name| {
            let (key, addresses) = (key.clone(), addresses.clone());
            let (ledger, is_over) = (ledger.clone(), is_over.clone());
            tokio::spawn(send(key, addresses, ledger, is_over, name, rng.fork()))
        })
        .collect();

    for _ in 0..amount("TEST_CLUSTER_SECONDS", 5) {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let victim = rng.below(cluster.servers.len() + cluster.workers.len());
        if let Some(nth) = victim.checked_sub(cluster.servers.len()) {
            cluster.workers[nth] = Worker::start(&cluster.builder);
        } else {
            cluster.servers[victim].kill();
            cluster.servers[victim] = cluster.builder.clone().start().await;
            *addresses.lock().unwrap() = of(&cluster);
        }
    }
    is_over.store(true, Ordering::Relaxed);
    for sender in senders {
        sender.await.unwrap();
    }

    let ledger = std::mem::take(&mut *ledger.lock().unwrap());
    assert!(ledger.direct.len() > 100, "some work was done: {}", ledger.direct.len());
    let service = cluster.servers[0].with_token(&key);
    for (id, message) in &ledger.broadcasts {
        eventually(message, async || {
            let sent = service.get(&format!("/api/v1/notifications/{id}")).await.expect(200);
            sent.json["state"] == "delivered"
        })
        .await;
    }
    for (nth, user) in USERS.into_iter().enumerate() {
        let client = Client::new(cluster.servers[nth % 3].address, Some(&mint(user)));
        let inbox = Copy::of(&client).await;
        inbox.check_counts();
        let to_all = ledger.broadcasts.iter().map(|(_, message)| message.as_str());
        let direct = ledger.direct.iter().filter(|(to, _)| *to == user);
        let expected: BTreeSet<&str> =
            to_all.chain(direct.map(|(_, message)| message.as_str())).collect();
        let messages = inbox.messages();
        let there: BTreeSet<&str> = messages.keys().copied().collect();
        assert_eq!(there, expected, "{user}");
        assert!(messages.values().all(|times| *times == 1), "{user}: {messages:?}");
        assert_eq!(inbox.rev, messages.len() as i64, "no revision has a hole");
    }
}

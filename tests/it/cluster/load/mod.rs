//! What goes on while something fails, and what must be true of it afterwards (G1, G3, G4, G5).

mod follower;
mod ledger;
mod sender;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::task::JoinHandle;

use super::Cluster;
use crate::support::{Client, Copy, Device, Resuming, Rng, eventually, mint};
pub(super) use ledger::Ledger;
use sender::Sender;

/// Those who are told something.
const USERS: [&str; 4] = ["alice", "bob", "carol", "dave"];
const SENDERS: usize = 6;
/// What everybody is told at last.
const END: &str = "the end";

/// Some who send, and some who listen.
pub(super) struct Load {
    service: Client,
    ledger: Arc<Mutex<Ledger>>,
    is_over: Arc<AtomicBool>,
    senders: Vec<JoinHandle<()>>,
    /// of each user a socket and a stream, at different servers
    followers: Vec<[JoinHandle<Device>; 2]>,
}

impl Load {
    /// Begins.
    pub(super) async fn start(cluster: &Cluster, rng: &mut Rng) -> Self {
        let service = cluster.servers[0].service().await;
        let (ledger, is_over) = (Arc::<Mutex<Ledger>>::default(), Arc::<AtomicBool>::default());
        let mut followers = Vec::new();
        for (nth, user) in USERS.into_iter().enumerate() {
            let at = |nth: usize| cluster.servers[nth % cluster.servers.len()].user(user);
            let socket = Device::with_socket(&at(nth)).await;
            let stream = Device::with_stream(&at(nth + 1)).await;
            let mut follow = |device, resuming| {
                let balancer = cluster.balancer.clone();
                tokio::spawn(follower::follow(device, resuming, balancer, rng.fork()))
            };
            followers
                .push([follow(socket, Resuming::AtOnce), follow(stream, Resuming::LastEventId)]);
        }
        let senders = (0..SENDERS)
            .map(|name| {
                let sender = Sender {
                    name,
                    service: service.clone(),
                    balancer: cluster.balancer.clone(),
                    ledger: ledger.clone(),
                    rng: rng.fork(),
                };
                tokio::spawn(sender.run(is_over.clone()))
            })
            .collect();
        Self { service, ledger, is_over, senders, followers }
    }

    /// Ends, and checks when all is well again: whatever was acknowledged is in its inbox once, what went to
    /// everybody is in all of them, and every device shows what the store has. Answers what was acknowledged.
    pub(super) async fn finish(self, cluster: &Cluster, faults: &str) -> Ledger {
        self.is_over.store(true, Ordering::Relaxed);
        for sender in self.senders {
            sender.await.unwrap();
        }
        cluster.is_ready().await;
        let mut ledger = std::mem::take(&mut *self.ledger.lock().unwrap());
        let service = self.service.at(cluster.servers[0].address);
        for (id, message) in &ledger.broadcasts {
            eventually(message, async || {
                let sent = service.get(&format!("/api/v1/notifications/{id}")).await.expect(200);
                sent.json["state"] == "delivered"
            })
            .await;
        }
        let end = json!({"to": {"users": USERS}, "message": END});
        let end = service.post("/api/v1/notifications", &end).await.expect(201);
        for user in USERS {
            ledger.direct.push((user, end.json["id"].as_i64().unwrap(), END.to_owned()));
        }
        for ((nth, user), followers) in USERS.into_iter().enumerate().zip(self.followers) {
            let server = &cluster.servers[nth % cluster.servers.len()];
            let inbox = Copy::of(&Client::new(server.address, Some(&mint(user)))).await;
            ledger.check(user, &inbox);
            for follower in followers {
                let device = follower.await.unwrap();
                assert_eq!(device.resyncs, Vec::<String>::new(), "{user}");
                assert!(device.copy == inbox, "{user} sees something else than the store has");
            }
        }
        ledger.tell(faults);
        ledger
    }
}

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::{Client, Copy, Database, Rng, Server};

const SEND: &str = "/api/v1/notifications";

#[tokio::test(flavor = "multi_thread")]
async fn overlapping_audiences_in_any_order_never_fail() {
    let mut rng = Rng::new();
    let server = Server::start().await;
    let service = server.service().await;
    let until = Instant::now() + Duration::from_secs(3);
    let senders: Vec<_> = (0..16)
        .map(|_| {
            let service = Client::new(service.address, service.token.as_deref());
            let mut rng = rng.fork();
            tokio::spawn(async move {
                let mut sent = 0;
                while Instant::now() < until {
                    // users are 300, and each is named where chance wants it
                    let mut users: Vec<String> = (0..300).map(|nth| format!("u{nth}")).collect();
                    let users: Vec<_> =
                        (0..100).map(|_| users.swap_remove(rng.below(users.len()))).collect();
                    let body = json!({"to": {"users": users}, "message": "overlap"});
                    let receipt = service.post(SEND, &body).await.expect(201).json;
                    assert_eq!(receipt["recipients"], 100);
                    sent += 1;
                }
                sent
            })
        })
        .collect();
    let mut sent = 0;
    for sender in senders {
        sent += sender.await.unwrap();
    }
    let mut arrived = 0;
    for nth in 0..300 {
        arrived += server.user(&format!("u{nth}")).count().await["unread"].as_i64().unwrap();
    }
    assert_eq!(arrived, sent * 100);
    let copy = Copy::of(&server.user("u7")).await;
    copy.check_counts();
}

#[tokio::test(flavor = "multi_thread")]
async fn identical_keys_at_once_make_one_item_every_time() {
    let server = Server::start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    for round in 1..=20 {
        let tasks: Vec<_> = (0..24)
            .map(|_| {
                let service = service.clone();
                tokio::spawn(async move {
                    let request = service.request("POST", SEND);
                    let request = request.header("idempotency-key", round.to_string());
                    let body = json!({"to": {"user": "alice"}, "message": "once"});
                    service.send(request.json(&body)).await.expect(201).json["id"].clone()
                })
            })
            .collect();
        let mut ids = Vec::new();
        for task in tasks {
            ids.push(task.await.unwrap());
        }
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(alice.count().await, json!({"rev": round, "unread": round, "unseen": round}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn marking_everything_while_items_come_leaves_the_counts_true() {
    let server = Server::start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    for round in 0..40 {
        let mark = ["read-all", "seen-all"][round % 2];
        let marking = |path: String| {
            let alice = alice.clone();
            async move { alice.send(alice.request("POST", &path)).await.expect(200) }
        };
        let sending = |message: &'static str| {
            let service = service.clone();
            async move { service.tell("alice", message).await }
        };
        // undoing races, too
        let undoing = async {
            let unread = json!({"read": false});
            alice.patch(&format!("{SEND}/{}", round.max(1)), &unread).await
        };
        tokio::join!(
            sending("a"),
            marking(format!("{SEND}/{mark}")),
            sending("b"),
            undoing,
            marking(format!("{SEND}/{mark}")),
            sending("c"),
        );
        let copy = Copy::of(&alice).await;
        copy.check_counts();
        assert_eq!(copy.items.len(), 3 * (round + 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_sender_does_not_starve_the_others() {
    let server = Server::start().await;
    let flooder = server.service().await;
    let alice = server.user("alice");
    let mut socket = alice.socket().await;
    socket.next_of("hello").await;
    let stop = Arc::<AtomicBool>::default();
    let floods: Vec<_> = (0..32)
        .map(|_| {
            let (flooder, stop) = (flooder.clone(), stop.clone());
            tokio::spawn(async move {
                let draft = json!({"to": {"user": "bob"}, "message": "me, me, me"});
                let batch = json!({"notifications": vec![draft; 100]});
                let mut sent = 0;
                while !stop.load(Ordering::Relaxed) {
                    flooder.post(&format!("{SEND}/batch"), &batch).await.expect(200);
                    sent += 100;
                }
                sent
            })
        })
        .collect();
    let mut worst = Duration::ZERO;
    for nth in 0..10 {
        let begun = Instant::now();
        let id = alice.tell("alice", &format!("{nth}")).await;
        let heard = socket.next_of("notification").await;
        assert_eq!(heard["notification"]["id"], id);
        alice.get(SEND).await.expect(200);
        worst = worst.max(begun.elapsed());
    }
    stop.store(true, Ordering::Relaxed);
    let mut sent = 0;
    for flood in floods {
        sent += flood.await.unwrap();
    }
    assert!(sent > 1_000, "that was no flood");
    assert!(worst < Duration::from_secs(10), "waited for {worst:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_may_create_one_database_at_once() {
    for _ in 0..3 {
        let builder = Server::builder();
        let (one, other) = tokio::join!(builder.clone().start(), builder.start());
        let id = one.service().await.tell("alice", "by the one").await;
        assert_eq!(other.user("alice").everything().await[0]["id"], id);
        let next = other.service().await.tell("alice", "by the other").await;
        assert!(next > id);
        assert_eq!(one.user("alice").count().await["rev"], 2);
        let changes = |server: &Server| {
            let alice = server.user("alice");
            async move { alice.get(&format!("{SEND}/changes?since=0")).await.expect(200).json }
        };
        let same: [Value; 2] = [changes(&one).await, changes(&other).await];
        assert_eq!(same[0], same[1], "one epoch, one log");
        if let Some(mut database) = Database::open(&one.database()) {
            assert_eq!(database.integrity(), "ok");
            let admins = "SELECT count(*) FROM users WHERE username = 'admin'";
            assert_eq!(database.ask(admins), "1");
        }
    }
}

//! G1 and G4: what was acknowledged survives `kill -9`, and is there once.
//!
//! Clients send and change under load while the process is killed again and again. What they were
//! told goes into a ledger; after every restart the ledger is held against the store.

mod ledger;
mod request;

use std::sync::{Arc, Mutex};

use ledger::Ledger;
use request::Request;
use serde_json::json;

use crate::support::{Client, Copy, Database, Rng, Server, amount};

const USERS: [&str; 4] = ["alice", "bob", "carol", "dave"];
const SENDERS: usize = 8;

type Shared = Arc<Mutex<Ledger>>;

/// Somebody who makes one request after the other, until one is not answered; answers that one.
async fn work(
    owner: Option<&'static str>,
    service: Client,
    user: Option<Client>,
    ledger: Shared,
    mut rng: Rng,
) -> Request {
    // a connection of its own
    let service = Client::new(service.address, service.token.as_deref());
    loop {
        let request = match owner {
            None => Request::send(&mut rng),
            Some(owner) => {
                rng.pause(10).await;
                let change = Request::change(owner, &ledger.lock().unwrap(), &mut rng);
                let Some(change) = change else { continue };
                change
            }
        };
        match request.ask(&service, |_| user.clone().unwrap()).await {
            Some(told) => request.note(&told, &mut ledger.lock().unwrap()),
            None => return request,
        }
    }
}

/// Holds the store against the ledger, and every copy against the store.
async fn audit(server: &Server, epoch: &str, copies: &mut [Copy], ledger: &Shared) {
    for (user, copy) in USERS.iter().zip(copies) {
        let client = server.user(user);
        // would answer 410 if the epoch were another
        copy.catch_up(&client, epoch).await;
        copy.check_counts();
        let head = json!({"rev": copy.rev, "unread": copy.unread, "unseen": copy.unseen});
        assert_eq!(client.count().await, head);
        ledger.lock().unwrap().check(user, copy);
    }
    if let Some(mut database) = Database::open(&server.database()) {
        assert_eq!(database.integrity(), "ok");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_every_kill_and_is_there_once() {
    let mut rng = Rng::new();
    let mut server = Server::builder().keep_everything().start().await;
    let key = server.service().await.token.unwrap();
    let changes = server.user("alice").get("/api/v1/notifications/changes?since=0").await;
    let epoch = changes.expect(200).json["epoch"].as_str().unwrap().to_owned();
    let ledger = Shared::default();
    let mut copies = vec![Copy::default(); USERS.len()];

    for _ in 0..amount("TEST_KILLS", 20) {
        let service = server.with_token(&key);
        let senders = (0..SENDERS).map(|_| None);
        let workers: Vec<_> = USERS
            .map(Some)
            .into_iter()
            .chain(senders)
            .map(|owner| {
                let user = owner.map(|owner| server.user(owner));
                let (service, ledger) = (service.clone(), ledger.clone());
                tokio::spawn(work(owner, service, user, ledger, rng.fork()))
            })
            .collect();
        // some work first, so that no kill is for nothing
        let before = ledger.lock().unwrap().acknowledged;
        while ledger.lock().unwrap().acknowledged < before + 50 {
            assert!(
                !workers.iter().any(|worker| worker.is_finished()),
                "a worker was not answered"
            );
            rng.pause(5).await;
        }
        rng.pause(30).await;
        server.kill();
        let mut unanswered = Vec::new();
        for worker in workers {
            unanswered.push(worker.await.unwrap());
        }

        let again = server.builder_again();
        // the administrator is there; hashing the password again would only take time
        let again = again.unset("HERALD_ADMIN_USERNAME").unset("HERALD_ADMIN_PASSWORD");
        server = again.start().await;
        let service = server.with_token(&key);
        for request in unanswered {
            if request.is_repeatable() {
                let told = request.ask(&service, |user| server.user(user)).await.unwrap();
                request.note(&told, &mut ledger.lock().unwrap());
            } else if let Request::Send { messages, .. } = &request {
                ledger.lock().unwrap().unanswered(messages);
            }
        }
        audit(&server, &epoch, &mut copies, &ledger).await;
    }
    for (user, copy) in USERS.iter().zip(&copies) {
        assert_eq!(Copy::of(&server.user(user)).await, *copy, "changes and list differ");
    }
}

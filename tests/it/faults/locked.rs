use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::{SEND, command_fails, hello, reading_goes_on, refused};
use crate::support::{Copy, Database, Device, Line, Server, skip};

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_somebody_locks_refuses_writes_until_it_is_free() {
    const NAME: &str = "a_database_that_somebody_locks_refuses_writes_until_it_is_free";
    let server = Server::start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    service.tell("alice", "before").await;
    let mut device = Device::with_socket(&alice).await;
    let Line::Socket(socket) = &mut device.line else { unreachable!() };
    let Some(mut other) = Database::open(&server.database()) else {
        return skip(NAME, "neither sqlite3 nor python3 is installed");
    };
    other.lock();
    for _ in 0..2 {
        // the server waits a second for the lock
        let begun = Instant::now();
        let keyed = service.request("POST", SEND).header("idempotency-key", "key");
        refused(service.send(keyed.json(&hello("keyed"))).await, 503, "unavailable");
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
        refused(
            alice.patch(&format!("{SEND}/1"), &json!({"read": true})).await,
            503,
            "unavailable",
        );
        let login = json!({"username": "admin", "password": "admin-password"});
        let login = server.anonymous().post("/api/v1/auth/login", &login).await;
        refused(login, 503, "unavailable");
        // somebody whom nobody has heard of yet
        refused(server.user("eve").get("/api/v1/notifications").await, 503, "unavailable");
        command_fails(socket).await;
        assert_eq!(alice.get("/readyz").await.expect(503).json["status"], "not ready");
        reading_goes_on(&alice, socket).await;
    }
    drop(other);

    assert_eq!(alice.get("/readyz").await.expect(200).json["status"], "ready");
    let keyed = service.request("POST", SEND).header("idempotency-key", "key");
    service.send(keyed.json(&hello("keyed"))).await.expect(201);
    service.tell("alice", "after").await;
    server.user("eve").get("/api/v1/notifications").await.expect(200);
    let truth = Copy::of(&alice).await;
    device.reach(truth.rev).await;
    assert_eq!(device.copy, truth);
    let there: Vec<_> = truth.messages().into_keys().collect();
    assert_eq!(there, ["after", "before", "keyed"]);
}

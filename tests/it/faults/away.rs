use std::time::Duration;

use futures_util::future::join_all;
use herald_contract::broker::Proxy;
use serde_json::json;
use tokio::time::Instant;

use super::{SEND, hello, refused};
use crate::support::{Client, Copy, Device, PostgreSql, Server, eventually, skip};

/// Within a second, if the machine is not busy.
const SOON: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_away_everybody_is_told_so_at_once() {
    const NAME: &str = "while_the_database_is_away_everybody_is_told_so_at_once";
    let Some(mut database) = PostgreSql::start().await else {
        return skip(NAME, "PostgreSQL is not installed");
    };
    let proxy = Proxy::to(&database.address()).await;
    let url = PostgreSql::url_at(&proxy.address());
    let builder = Server::builder().set("HERALD_DATABASE_URL", &url);
    let server = builder.set("HERALD_RATE_LIMIT_ACCOUNT", "off").start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    service.tell("alice", "before").await;
    let mut device = Device::with_socket(&alice).await;

    for _ in 0..2 {
        database.stop();
        is_away(&server, &service).await;
        database.start_again().await;
        is_back(&service, &alice, &mut device).await;
        // as behind a network that loses everything
        proxy.stall();
        is_away(&server, &service).await;
        proxy.restore();
        is_back(&service, &alice, &mut device).await;
    }
}

/// Whatever is asked is refused, also if many ask.
async fn is_away(server: &Server, service: &Client) {
    for round in 0..3 {
        let asked = (0..10).flat_map(|nth| {
            let login = json!({"username": "admin", "password": "admin-password"});
            [
                service.request("POST", SEND).json(&hello(&format!("{round}/{nth}"))),
                server.user("alice").request("GET", SEND),
                server.user("alice").request("GET", "/api/v1/notifications/count"),
                server.user("alice").request("POST", "/api/v1/notifications/read-all"),
                server.user(&format!("eve-{nth}")).request("GET", SEND),
                server.anonymous().request("POST", "/api/v1/auth/login").json(&login),
            ]
        });
        join_all(asked.map(async |request| {
            let begun = Instant::now();
            refused(service.send(request).await, 503, "unavailable");
            assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
        }))
        .await;
        let ready = server.anonymous().get("/readyz").await.expect(503);
        assert_eq!(ready.json["status"], "not ready");
        server.anonymous().get("/healthz").await.expect(200);
    }
}

/// All goes on by itself, at the connection that was there before, too.
async fn is_back(service: &Client, alice: &Client, device: &mut Device) {
    eventually("it is ready", async || service.get("/readyz").await.status == 200).await;
    service.tell("alice", "after").await;
    let truth = Copy::of(alice).await;
    device.reach(truth.rev).await;
    assert_eq!(device.copy, truth);
}

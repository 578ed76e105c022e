use std::time::Duration;

use herald_contract::broker::Proxy;
use tokio::time::Instant;

use super::{Broker, Kind, broadcast, is_degraded, is_ready, on_each_broker, readiness};
use crate::support::{Device, Server};

on_each_broker!(
    without_the_broker_all_goes_on,
    a_stuck_broker_delays_nobody,
    a_broker_may_come_later,
    a_password_is_never_told,
);

/// Sending is answered at once and arrives, whatever the broker does.
async fn all_goes_on(server: &Server, device: &mut Device) {
    let service = server.service().await;
    let began = Instant::now();
    for nth in 0..50 {
        service.tell("alice", &format!("direct {nth}")).await;
        assert_eq!(device.hear().await["notification"]["message"], format!("direct {nth}"));
    }
    assert!(began.elapsed() < Duration::from_secs(5), "50 took {:?}", began.elapsed());
    for nth in 0..3 {
        let began = Instant::now();
        broadcast(&service, &format!("to all {nth}")).await;
        assert!(began.elapsed() < Duration::from_secs(1), "answered in {:?}", began.elapsed());
        // it is found in the store, at the next look
        assert_eq!(device.hear().await["notification"]["message"], format!("to all {nth}"));
        assert!(began.elapsed() < Duration::from_secs(5), "there in {:?}", began.elapsed());
    }
}

async fn without_the_broker_all_goes_on(broker: Broker) {
    let proxy = Proxy::to(&broker.address()).await;
    let server = broker.server(&proxy.address()).start().await;
    is_ready(&server).await;
    let mut device = Device::with_socket(&server.user("alice")).await;
    for _ in 0..2 {
        proxy.cut();
        is_degraded(&server).await;
        let (_, part) = readiness(&server).await;
        assert_eq!(part["ok"], false);
        assert!(part["detail"].as_str().unwrap().contains("away since"), "{part}");
        all_goes_on(&server, &mut device).await;
        proxy.restore();
        is_ready(&server).await;
        all_goes_on(&server, &mut device).await;
    }
    // once for each change
    let away = server.log().iter().filter(|line| line.contains("broker is away")).count();
    let links = if broker.kind == Kind::RabbitMq { 2 } else { 1 };
    assert!((2 * links..=4 * links).contains(&away), "{away} lines:\n{}", server.log().join("\n"));
}

async fn a_stuck_broker_delays_nobody(broker: Broker) {
    let proxy = Proxy::to(&broker.address()).await;
    let server = broker.server(&proxy.address()).start().await;
    is_ready(&server).await;
    let mut device = Device::with_socket(&server.user("alice")).await;
    proxy.stall();
    all_goes_on(&server, &mut device).await;
}

async fn a_broker_may_come_later(broker: Broker) {
    let proxy = Proxy::to(&broker.address()).await;
    proxy.cut();
    let server = broker.server(&proxy.address()).start().await;
    is_degraded(&server).await;
    let mut device = Device::with_socket(&server.user("alice")).await;
    all_goes_on(&server, &mut device).await;
    proxy.restore();
    is_ready(&server).await;
}

/// Neither where it is right nor where the broker refuses it.
async fn a_password_is_never_told(broker: Broker) {
    let proxy = Proxy::to(&broker.address()).await;
    let url = match broker.kind {
        Kind::RabbitMq => format!("amqp://guest:canary@{}", proxy.address()),
        // the broker of the tests takes any
        Kind::Nats => format!("nats://herald:canary@{}", proxy.address()),
    };
    let server = broker.join(Server::builder(), &url).start().await;
    match broker.kind {
        Kind::RabbitMq => {
            is_degraded(&server).await;
            crate::support::eventually("the reason is known", async || {
                readiness(&server).await.1["detail"].as_str().unwrap().contains("ACCESS_REFUSED")
            })
            .await;
        }
        Kind::Nats => is_ready(&server).await,
    }
    proxy.cut();
    is_degraded(&server).await;
    let told = format!("{}\n{:?}", server.log().join("\n"), readiness(&server).await);
    assert!(!told.contains("canary"), "{told}");
    let metrics = server.admin().await.get("/metrics").await.expect(200);
    assert!(!String::from_utf8(metrics.bytes).unwrap().contains("canary"));
}

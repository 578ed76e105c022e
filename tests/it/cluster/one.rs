use serde_json::json;

use super::Cluster;
use crate::broker::{Broker, broadcast, on_each_broker};
use crate::support::{Copy, Device, eventually};

on_each_broker!(servers_are_one);

/// What happens on one server is seen on the devices of all, in order.
async fn servers_are_one(broker: Broker) {
    let builder = broker.server(&broker.address());
    let Some(cluster) = Cluster::start("servers_are_one", builder).await else { return };
    let servers = &cluster.servers;
    let mut services = Vec::new();
    let mut devices = Vec::new();
    for server in servers {
        services.push(server.service().await);
        devices.push(Device::with_socket(&server.user("alice")).await);
    }
    for nth in 0..60 {
        services[nth % 3].tell("alice", &format!("direct {nth}")).await;
    }
    for (nth, service) in services.iter().enumerate() {
        broadcast(service, &format!("to all {nth}")).await;
    }
    let somewhere = servers[1].user("alice");
    eventually("all is in the inbox", async || Copy::of(&somewhere).await.messages().len() == 63)
        .await;
    let truth = Copy::of(&somewhere).await;
    assert!(truth.messages().values().all(|times| *times == 1));
    for device in &mut devices {
        device.reach(truth.rev).await;
        assert_eq!(device.copy, truth);
    }

    // read on one, and seen on the others
    let id = *truth.items.keys().next().unwrap();
    devices[2].command("read", &[id]).await;
    let truth = Copy::of(&somewhere).await;
    for device in &mut devices {
        device.reach(truth.rev).await;
        assert_eq!(device.copy, truth);
    }

    // disabled on one, and out everywhere
    let change = json!({"disabled": true});
    servers[0].admin().await.patch("/api/v1/admin/users/alice", &change).await.expect(200);
    for (server, device) in servers.iter().zip(&mut devices) {
        while device.line.next().await.is_some() {}
        server.user("alice").get("/api/v1/me").await.expect(403);
    }
}

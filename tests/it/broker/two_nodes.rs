use herald_contract::broker::Proxy;
use serde_json::json;

use super::{Broker, broadcast, is_ready, on_each_broker};
use crate::presence::becomes;
use crate::support::{Copy, Device, Server, eventually};

on_each_broker!(nodes_are_one, who_was_cut_off_catches_up, who_is_cut_off_counts_alone);

/// Two servers on one database.
async fn two(broker: &Broker, address: &str) -> (Server, Server) {
    let first = broker.server(&broker.address()).start().await;
    let second = broker.join(first.builder_again(), &broker.url(address)).start().await;
    is_ready(&first).await;
    is_ready(&second).await;
    (first, second)
}

/// What happens on one node is seen on the devices of the other, in order.
async fn nodes_are_one(broker: Broker) {
    let (first, second) = two(&broker, &broker.address()).await;
    let services = [first.service().await, second.service().await];
    let (here, there) = (first.user("alice"), second.user("alice"));
    let mut devices = [Device::with_socket(&here).await, Device::with_socket(&there).await];
    for nth in 0..40 {
        services[nth % 2].tell("alice", &format!("direct {nth}")).await;
    }
    broadcast(&services[0], "to all").await;
    broadcast(&services[1], "to all again").await;
    for device in &mut devices {
        let everything = async || Copy::of(&here).await.messages().len() == 42;
        eventually("everything is there", everything).await;
        device.reach(Copy::of(&here).await.rev).await;
    }

    // read on one, and seen on the other
    let id = here.everything().await[0]["id"].as_i64().unwrap();
    devices[0].command("read", &[id]).await;
    let truth = Copy::of(&there).await;
    for device in &mut devices {
        device.reach(truth.rev).await;
        assert_eq!(device.copy, truth);
    }

    // disabled on one, and out on the other
    let change = json!({"disabled": true});
    first.admin().await.patch("/api/v1/admin/users/alice", &change).await.expect(200);
    for device in &mut devices {
        while device.line.next().await.is_some() {}
    }
    let refused = async || there.get("/api/v1/me").await.status == 403;
    eventually("the other node refuses", refused).await;
}

/// A node that the broker cannot reach has its devices up to date as soon as it is back.
async fn who_was_cut_off_catches_up(broker: Broker) {
    let proxy = Proxy::to(&broker.address()).await;
    let (first, second) = two(&broker, &proxy.address()).await;
    let service = first.service().await;
    let there = second.user("alice");
    let mut device = Device::with_socket(&there).await;
    for round in 0..2 {
        proxy.cut();
        super::is_degraded(&second).await;
        for nth in 0..10 {
            service.tell("alice", &format!("{round}/{nth}")).await;
        }
        proxy.restore();
        is_ready(&second).await;
        let truth = Copy::of(&there).await;
        device.reach(truth.rev).await;
        assert_eq!(device.copy, truth);
    }
}

/// A node that the broker cannot reach knows who is connected to it, and is not waited for.
async fn who_is_cut_off_counts_alone(broker: Broker) {
    let proxy = Proxy::to(&broker.address()).await;
    let (first, second) = two(&broker, &proxy.address()).await;
    let services = [first.service().await, second.service().await];
    let users = ["alice", "bob"];
    let _here = Device::with_socket(&first.user("alice")).await;
    let _there = Device::with_socket(&second.user("bob")).await;
    for service in &services {
        becomes(service, users, [1, 1]).await;
    }
    proxy.cut();
    becomes(&services[0], users, [1, 0]).await;
    becomes(&services[1], users, [0, 1]).await;
    proxy.restore();
    for service in &services {
        becomes(service, users, [1, 1]).await;
    }
}

use serde_json::json;

use super::Cluster;
use crate::broker::{Broker, on_each_broker};
use crate::presence::becomes;
use crate::support::{Client, Socket};

on_each_broker!(who_is_online_is_known_to_all_servers, places_are_counted_by_all_servers);

/// A device that is connected.
async fn device(client: &Client) -> Socket {
    let mut socket = client.socket().await;
    socket.next_of("hello").await;
    socket
}

/// Who is connected to any server is online, until the connection closes or the server ends.
async fn who_is_online_is_known_to_all_servers(broker: Broker) {
    let test = "who_is_online_is_known_to_all_servers";
    let builder = broker.server(&broker.address());
    let Some(mut cluster) = Cluster::start(test, builder).await else { return };
    let users = ["alice", "bob", "carol"];
    let key = cluster.servers[0].service().await.token.unwrap();
    let services: Vec<_> = cluster.servers.iter().map(|server| server.with_token(&key)).collect();
    let admin = cluster.servers[2].admin().await;
    let phone = device(&cluster.servers[0].user("alice")).await;
    let _laptop = device(&cluster.servers[1].user("alice")).await;
    let _bobs = device(&cluster.servers[0].user("bob")).await;
    let _carols = device(&cluster.servers[1].user("carol")).await;
    for service in &services {
        becomes(service, users, [2, 1, 1]).await;
    }
    let list = admin.get("/api/v1/admin/presence").await.expect(200).json;
    assert_eq!((&list["people"], &list["devices"]), (&json!(3), &json!(4)));
    let items = [("alice", 2), ("bob", 1), ("carol", 1)];
    let items = items.map(|(user, devices)| json!({"user": user, "devices": devices}));
    assert_eq!(list["items"], json!(items));

    phone.close().await;
    for service in &services {
        becomes(service, users, [1, 1, 1]).await;
    }
    cluster.servers[0].kill();
    for service in &services[1..] {
        becomes(service, users, [1, 0, 1]).await;
    }
    cluster.servers[1].signal("-TERM");
    becomes(&services[2], users, [0, 0, 0]).await;
    let list = admin.get("/api/v1/admin/presence").await.expect(200).json;
    assert_eq!((&list["people"], &list["devices"]), (&json!(0), &json!(0)));
}

/// A user has ten sockets and streams, wherever they are.
async fn places_are_counted_by_all_servers(broker: Broker) {
    let test = "places_are_counted_by_all_servers";
    let builder = broker.server(&broker.address());
    let Some(cluster) = Cluster::start(test, builder).await else { return };
    let service = cluster.servers[2].service().await;
    let mut devices = Vec::new();
    for nth in 0..10 {
        devices.push(device(&cluster.servers[nth % 2].user("alice")).await);
    }
    becomes(&service, ["alice"], [10]).await;
    let alice = cluster.servers[2].user("alice");
    alice.get("/api/v1/stream").await.expect_problem(429, "too_many_sockets");
    assert_eq!(alice.socket().await.close_code().await, 4429);
    devices.pop().unwrap().close().await;
    becomes(&service, ["alice"], [9]).await;
    let _another = device(&alice).await;
    becomes(&service, ["alice"], [10]).await;
}

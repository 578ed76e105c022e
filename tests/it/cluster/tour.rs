use super::Cluster;
use crate::broker::{Broker, Kind, on};
use crate::tour::take_the_tour;

const TEST: &str = "the_tour_goes_from_server_to_server";

#[tokio::test(flavor = "multi_thread")]
async fn the_tour_goes_from_server_to_server() {
    on(Kind::RabbitMq, TEST, tour).await;
}

/// Each command at another server than the one before.
async fn tour(broker: Broker) {
    let builder = broker.server(&broker.address());
    let Some(cluster) = Cluster::start(TEST, builder).await else { return };
    let urls: Vec<_> = cluster.servers.iter().map(|server| server.url("")).collect();
    take_the_tour(TEST, &urls).await;
}

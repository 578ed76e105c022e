use herald_broker::Settings;
use lapin::Channel;
use lapin::options::{ExchangeDeleteOptions, QueueDeleteOptions};

use crate::Address;
use crate::connection::{Connection, Ended, Peer};
use crate::topology::Topology;

/// Removes everything that an installation has on the broker, with the jobs that wait there. Nodes that
/// run make it anew. The error says in a few words why it is still there.
pub async fn erase(address: &Address, settings: &Settings) -> Result<(), String> {
    let peer = Peer { address: address.clone(), name: settings.name("erase") };
    delete(&peer, &Topology::new(settings)).await.map_err(|ended| ended.to_string())
}

async fn delete(peer: &Peer, topology: &Topology) -> Result<(), Ended> {
    let connection = Connection::open(peer).await?;
    let channel: Channel = connection.channel().await?;
    for queue in topology.queues() {
        channel.queue_delete(queue.into(), QueueDeleteOptions::default()).await?;
    }
    for exchange in topology.exchanges() {
        channel.exchange_delete(exchange.into(), ExchangeDeleteOptions::default()).await?;
    }
    connection.close().await;
    Ok(())
}

use std::convert::Infallible;
use std::time::Duration;

use herald_broker::Incoming;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Consumer};
use tokio::time::interval;

use crate::connection::{Connection, Ended};
use crate::consuming::next;
use crate::topology::Topology;

/// How many frames are fetched in advance.
const PREFETCH: u16 = 500;
/// How many are acknowledged together.
const TOGETHER: u64 = 100;
/// How long any is left without: RabbitMQ ends a channel that leaves a message for 30 minutes.
const ACKNOWLEDGE: Duration = Duration::from_secs(1);

/// Takes the events of other nodes from the queue of this one.
///
/// With acknowledgements, though nothing of it is ever delivered again: without them the broker sends
/// as fast as it can, and the library keeps all of it in memory.
pub(crate) struct LiveIn {
    channel: Channel,
    consumer: Consumer,
}

impl LiveIn {
    pub(crate) async fn open(connection: &Connection, topology: &Topology) -> Result<Self, Ended> {
        let channel = connection.channel().await?;
        let queue = topology.declare_ear(&channel).await?;
        channel.basic_qos(PREFETCH, BasicQosOptions::default()).await?;
        let options = BasicConsumeOptions { exclusive: true, ..Default::default() };
        let consumer =
            channel.basic_consume(queue.into(), "".into(), options, FieldTable::default()).await?;
        Ok(Self { channel, consumer })
    }

    pub(crate) async fn listen(mut self, incoming: &Incoming) -> Result<Infallible, Ended> {
        let (mut last, mut acknowledged) = (0, 0);
        let mut turn = interval(ACKNOWLEDGE);
        loop {
            let due = tokio::select! {
                delivery = next(&mut self.consumer) => {
                    let delivery = delivery?;
                    incoming.take(&delivery.data);
                    last = delivery.delivery_tag;
                    last - acknowledged >= TOGETHER
                }
                _ = turn.tick() => last > acknowledged,
            };
            if due {
                self.channel.basic_ack(last, BasicAckOptions { multiple: true }).await?;
                acknowledged = last;
            }
        }
    }
}

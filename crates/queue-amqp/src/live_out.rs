use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use lapin::options::BasicPublishOptions;
use lapin::{BasicProperties, Channel, PublisherConfirm};

use crate::connection::{Connection, Ended};
use crate::topology::Topology;

/// Gives events to the broker, for every node.
///
/// Without confirmation and not to be kept: an event that is late is worth nothing, and one that is
/// lost leaves a hole in the numbers of frames.
pub(crate) struct LiveOut {
    channel: Channel,
    exchange: String,
}

impl LiveOut {
    pub(crate) async fn open(connection: &Connection, topology: &Topology) -> Result<Self, Ended> {
        let channel = connection.channel().await?;
        topology.declare_live(&channel).await?;
        Ok(Self { channel, exchange: topology.live.clone() })
    }

    /// Writes one frame.
    pub(crate) fn publish(
        &self,
        frame: Vec<u8>,
    ) -> BoxFuture<'static, lapin::Result<Option<PublisherConfirm>>> {
        let (channel, exchange) = (self.channel.clone(), self.exchange.as_str().into());
        async move {
            let options = BasicPublishOptions::default();
            let properties =
                BasicProperties::default().with_content_type("application/json".into());
            channel.basic_publish(exchange, "".into(), options, &frame, properties).await?;
            Ok(None)
        }
        .boxed()
    }
}

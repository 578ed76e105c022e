use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use herald_broker::figures::{self, JobOutcome};
use herald_broker::wire;
use herald_ports::{IdGenerator, Job};
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{BasicProperties, Channel, Confirmation, PublisherConfirm};

use crate::connection::{Connection, Ended};
use crate::topology::Topology;

/// A message that is to survive the broker's restart.
const PERSISTENT: u8 = 2;

/// Gives jobs to the broker, which confirms each when a majority of its nodes has it.
pub(crate) struct JobsOut {
    channel: Channel,
    exchange: String,
    ids: Arc<dyn IdGenerator>,
}

impl JobsOut {
    pub(crate) async fn open(
        connection: &Connection,
        topology: &Topology,
        ids: Arc<dyn IdGenerator>,
    ) -> Result<Self, Ended> {
        let channel = connection.channel().await?;
        topology.declare_jobs(&channel).await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        Ok(Self { channel, exchange: topology.jobs.clone(), ids })
    }

    /// Writes one job; the confirmation follows.
    pub(crate) fn publish(
        &self,
        job: Job,
    ) -> BoxFuture<'static, lapin::Result<Option<PublisherConfirm>>> {
        let properties = properties(&self.ids.id());
        let (channel, exchange) = (self.channel.clone(), self.exchange.as_str().into());
        async move {
            let key = wire::kind(job).into();
            let job = wire::encode_job(job);
            channel.basic_publish(exchange, key, mandatory(), &job, properties).await.map(Some)
        }
        .boxed()
    }

    /// Counts what became of a job.
    pub(crate) fn confirmed(confirmation: &Confirmation) -> Result<(), Ended> {
        match confirmation {
            // A job for which there is no queue is confirmed like any other, too: the broker has done
            // all it could. That it was returned before, is all that tells.
            Confirmation::Ack(Some(_)) | Confirmation::Nack(Some(_)) => {
                figures::job(JobOutcome::Returned);
                return Err(Ended::Returned);
            }
            Confirmation::Ack(None) => figures::job(JobOutcome::Published),
            Confirmation::Nack(None) | Confirmation::NotRequested => {
                figures::job(JobOutcome::Refused);
                tracing::debug!("broker has no room for a job, left to the next look");
            }
        }
        Ok(())
    }
}

/// A job that no queue takes is to come back, rather than to vanish.
pub(crate) fn mandatory() -> BasicPublishOptions {
    BasicPublishOptions { mandatory: true, ..Default::default() }
}

/// Of a job that has this id.
pub(crate) fn properties(id: &str) -> BasicProperties {
    BasicProperties::default()
        .with_content_type("application/json".into())
        .with_delivery_mode(PERSISTENT)
        .with_message_id(id.into())
}

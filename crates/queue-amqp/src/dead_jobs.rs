use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use herald_domain::Timestamp;
use herald_ports::{DeadJob, DeadJobList, DeadJobs, DeadJobsAway};
use lapin::Channel;
use lapin::message::Delivery;
use lapin::options::{
    BasicAckOptions, BasicGetOptions, BasicNackOptions, ConfirmSelectOptions, QueueDeclareOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use sha2::{Digest, Sha256};
use tokio::time::sleep;

use crate::connection::{Connection, Ended, Peer};
use crate::jobs_out::{JobsOut, mandatory, properties};
use crate::topology::Topology;

/// How often, and after which pauses, one tries again while somebody else looks at them.
const ATTEMPTS: u32 = 20;
/// How often, and after which pauses, one looks whether all of them are back.
const PAUSE: Duration = Duration::from_millis(100);

/// The queue of dead jobs. It cannot be read like a table: whoever looks takes all of them in hand and
/// puts them back. So each look has a connection of its own, and one is had at a time.
pub(crate) struct AmqpDeadJobs {
    peer: Peer,
    topology: Arc<Topology>,
}

impl AmqpDeadJobs {
    pub(crate) fn new(peer: Peer, topology: Arc<Topology>) -> Self {
        Self { peer, topology }
    }

    /// Takes all of them in hand. What is not acknowledged is put back by [`InHand::put_back`], and
    /// by the end of the connection at the latest.
    async fn take(&self) -> Result<InHand, Ended> {
        let connection = Connection::open(&self.peer).await?;
        for _ in 0..ATTEMPTS {
            let channel = connection.channel().await?;
            match self.topology.declare_lock(&channel).await {
                Ok(()) => {
                    self.topology.declare_jobs(&channel).await?;
                    let queue = self.topology.dead.clone();
                    let mut jobs = Vec::new();
                    let get =
                        || channel.basic_get(queue.as_str().into(), BasicGetOptions::default());
                    while let Some(job) = get().await? {
                        jobs.push(job.delivery);
                    }
                    return Ok(InHand { connection, channel, queue, jobs });
                }
                // somebody else looks at them: the refusal ends the channel
                Err(error) if error.is_amqp_soft_error() => sleep(PAUSE).await,
                Err(error) => return Err(error.into()),
            }
        }
        Err(Ended::Silent)
    }

    async fn list(&self, limit: usize) -> Result<DeadJobList, Ended> {
        let in_hand = self.take().await?;
        let total = in_hand.jobs.len() as u64;
        let mut jobs: Vec<_> = in_hand.jobs.iter().map(dead_job).collect();
        // The broker notes the second, and puts back what was looked at in any order: those of one
        // second are put in order by what stays the same.
        jobs.sort_by(|a, b| b.died_at.cmp(&a.died_at).then_with(|| a.id.cmp(&b.id)));
        jobs.truncate(limit);
        in_hand.put_back().await?;
        Ok(DeadJobList { jobs, total })
    }

    /// Takes one out, after publishing it where it was, if it is to be done again.
    async fn take_out(&self, id: &str, again: bool) -> Result<bool, Ended> {
        let mut in_hand = self.take().await?;
        let found = in_hand.jobs.iter().position(|delivery| dead_job(delivery).id == id);
        if let Some(place) = found {
            let delivery = in_hand.jobs.remove(place);
            if again {
                self.publish(&in_hand.channel, &delivery).await?;
            }
            let tag = delivery.delivery_tag;
            in_hand.channel.basic_ack(tag, BasicAckOptions::default()).await?;
        }
        in_hand.put_back().await?;
        Ok(found.is_some())
    }

    async fn publish(&self, channel: &Channel, delivery: &Delivery) -> Result<(), Ended> {
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        let exchange = self.topology.jobs.as_str().into();
        let (key, properties) = (delivery.routing_key.clone(), properties(&message_id(delivery)));
        let published =
            channel.basic_publish(exchange, key, mandatory(), &delivery.data, properties).await?;
        JobsOut::confirmed(&published.await?)
    }
}

#[async_trait]
impl DeadJobs for AmqpDeadJobs {
    async fn list(&self, limit: usize) -> Result<DeadJobList, DeadJobsAway> {
        Ok(self.list(limit).await?)
    }

    async fn remove(&self, id: &str) -> Result<bool, DeadJobsAway> {
        Ok(self.take_out(id, false).await?)
    }

    async fn redrive(&self, id: &str) -> Result<bool, DeadJobsAway> {
        Ok(self.take_out(id, true).await?)
    }
}

/// The dead jobs, as long as nobody else may see them.
struct InHand {
    connection: Connection,
    channel: Channel,
    queue: String,
    jobs: Vec<Delivery>,
}

impl InHand {
    async fn put_back(self) -> Result<(), Ended> {
        if let Some(last) = self.jobs.last() {
            // not by reject: this is no failure, and need not count
            let options = BasicNackOptions { multiple: true, requeue: true };
            self.channel.basic_nack(last.delivery_tag, options).await?;
            // who looks next must see them, and the broker takes its time
            for _ in 0..ATTEMPTS {
                let options = QueueDeclareOptions { passive: true, ..Default::default() };
                let name = self.queue.as_str().into();
                let queue =
                    self.channel.queue_declare(name, options, FieldTable::default()).await?;
                if queue.message_count() as usize >= self.jobs.len() {
                    break;
                }
                sleep(PAUSE / 10).await;
            }
        }
        self.connection.close().await;
        Ok(())
    }
}

fn dead_job(delivery: &Delivery) -> DeadJob {
    let death = death(delivery);
    let text = |name: &str| match death.and_then(|death| death.inner().get(name)) {
        Some(AMQPValue::LongString(text)) => Some(text.to_string()),
        _ => None,
    };
    let died_at = match death.and_then(|death| death.inner().get("time")) {
        Some(AMQPValue::Timestamp(seconds)) => i64::try_from(*seconds).ok(),
        _ => None,
    };
    let reason = match text("reason").as_deref() {
        Some("delivery_limit") => "handed out too often without being done",
        Some("rejected") => "not understood by the worker",
        Some("maxlen") => "found no room",
        _ => "unknown",
    };
    DeadJob {
        id: id(delivery),
        queue: text("queue").unwrap_or_else(|| delivery.routing_key.to_string()),
        reason: reason.to_owned(),
        deliveries: None,
        died_at: died_at.map(|seconds| Timestamp::from_micros(seconds.saturating_mul(1_000_000))),
        payload: DeadJob::excerpt(&delivery.data),
    }
}

/// The broker's note of how the message died the last time.
fn death(delivery: &Delivery) -> Option<&FieldTable> {
    let headers = delivery.properties.headers().as_ref()?;
    let AMQPValue::FieldArray(deaths) = headers.inner().get("x-death")? else { return None };
    match deaths.as_slice().first()? {
        AMQPValue::FieldTable(death) => Some(death),
        _ => None,
    }
}

fn message_id(delivery: &Delivery) -> String {
    let id = delivery.properties.message_id().as_ref();
    id.map_or_else(String::new, |id| id.to_string())
}

/// The same each time that one looks, and also of what others put there, which has no id of ours.
fn id(delivery: &Delivery) -> String {
    let hash = Sha256::new()
        .chain_update(message_id(delivery))
        .chain_update([0])
        .chain_update(&delivery.data)
        .finalize();
    hash[..8].iter().fold(String::new(), |mut text, byte| {
        // writing to a String cannot fail
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl From<Ended> for DeadJobsAway {
    fn from(ended: Ended) -> Self {
        Self(ended.to_string())
    }
}

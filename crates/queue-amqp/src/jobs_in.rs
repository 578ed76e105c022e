use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;

use herald_broker::figures::{self, JobOutcome};
use herald_broker::{Handout, Settled, Tray, wire};
use lapin::Channel;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions, BasicRejectOptions};
use lapin::types::FieldTable;
use tokio::time::{Instant, interval};

use crate::connection::{Connection, Ended};
use crate::consuming::next;
use crate::topology::Topology;

/// How many jobs of a kind are fetched in advance: what is here, no other node can do.
const PREFETCH: u16 = 16;

/// Takes jobs from their queues, and hands them to workers.
pub(crate) struct JobsIn {
    channel: Channel,
    queues: HashMap<&'static str, String>,
}

impl JobsIn {
    pub(crate) async fn open(connection: &Connection, topology: &Topology) -> Result<Self, Ended> {
        let channel = connection.channel().await?;
        topology.declare_jobs(&channel).await?;
        // counts for each consumer on its own
        channel.basic_qos(PREFETCH, BasicQosOptions::default()).await?;
        let queues = wire::KINDS.iter().map(|kind| (*kind, topology.queue(kind))).collect();
        Ok(Self { channel, queues })
    }

    /// Hands out the jobs of one kind.
    pub(crate) async fn work(
        &self,
        kind: &str,
        handout: &Handout,
        hold: Duration,
    ) -> Result<Infallible, Ended> {
        let queue = self.queues[kind].as_str();
        let options = BasicConsumeOptions::default();
        let mut consumer = self
            .channel
            .basic_consume(queue.into(), "".into(), options, FieldTable::default())
            .await?;
        let (tray, mut settled) = handout.tray();
        let mut held = Held::default();
        let mut look = interval(hold / 4);
        loop {
            tokio::select! {
                delivery = next(&mut consumer) => {
                    self.take(&delivery?, &tray, &mut held).await?;
                }
                Some(Settled { tag, done }) = settled.recv() => {
                    // To settle a delivery twice would end the channel, and with it the work on all
                    // others.
                    if held.0.remove(&tag).is_some() {
                        self.settle(tag, done).await?;
                    }
                }
                _ = look.tick() => {
                    // RabbitMQ ends the channel of whoever keeps a message for 30 minutes, and counts
                    // it as failed. A worker may well be busy for longer, and the store knows with what.
                    for tag in held.longer_than(hold) {
                        self.settle(tag, true).await?;
                    }
                }
            }
        }
    }

    async fn take(&self, delivery: &Delivery, tray: &Tray, held: &mut Held) -> Result<(), Ended> {
        let tag = delivery.delivery_tag;
        match wire::decode_job(&delivery.data) {
            Ok(job) => {
                held.0.insert(tag, Instant::now());
                tray.put(tag, job);
            }
            Err(error) => {
                figures::job(JobOutcome::Unreadable);
                tracing::warn!(%error, "job is not understood, put to the dead");
                self.reject(tag, false).await?;
            }
        }
        Ok(())
    }

    async fn settle(&self, tag: u64, done: bool) -> Result<(), Ended> {
        if done {
            self.channel.basic_ack(tag, BasicAckOptions::default()).await?;
        } else {
            figures::job(JobOutcome::Requeued);
            self.reject(tag, true).await?;
        }
        Ok(())
    }

    /// By reject and not by nack: since 4.3 the latter does not count to the limit of deliveries, and
    /// a job that fails every worker would come back for ever.
    async fn reject(&self, tag: u64, requeue: bool) -> Result<(), Ended> {
        Ok(self.channel.basic_reject(tag, BasicRejectOptions { requeue }).await?)
    }
}

/// The deliveries that workers have, and since when.
#[derive(Default)]
struct Held(HashMap<u64, Instant>);

impl Held {
    /// Takes out those that were kept too long.
    fn longer_than(&mut self, hold: Duration) -> Vec<u64> {
        self.0.extract_if(|_, since| since.elapsed() >= hold).map(|(tag, _)| tag).collect()
    }
}

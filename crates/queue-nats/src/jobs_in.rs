use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::consumer::pull::Batch;
use async_nats::jetstream::message::{AckKind, Acker, Message};
use futures_util::StreamExt;
use herald_broker::figures::{self, JobOutcome};
use herald_broker::{Handout, Settled, Tray, wire};
use tokio::time::{Instant, interval};

use crate::connection::Ended;
use crate::streams::{ACK_WAIT, Streams};

/// How many jobs of a kind are fetched in advance: what is here, no other node can do.
const PREFETCH: usize = 16;
/// How long a request for jobs stands.
const REQUEST: Duration = Duration::from_secs(30);

/// Why a job is dead, in the headers of the message.
pub(crate) const REASON: &str = "Herald-Reason";
/// How often it was handed out.
pub(crate) const DELIVERIES: &str = "Herald-Deliveries";
/// The subject that it had.
pub(crate) const SUBJECT: &str = "Herald-Subject";

/// Takes jobs from the broker, and hands them to workers.
pub(crate) struct JobsIn<'a> {
    pub(crate) jetstream: &'a Context,
    pub(crate) streams: &'a Streams,
}

/// The jobs that workers have, and since when.
type Held = HashMap<u64, (Acker, Instant)>;

impl JobsIn<'_> {
    /// Hands out the jobs of one kind.
    pub(crate) async fn work(&self, kind: &str, handout: &Handout) -> Result<Infallible, Ended> {
        let consumer = self.streams.consumer(self.jetstream, kind).await?;
        let (tray, mut settled) = handout.tray();
        let mut held = Held::new();
        let mut next_tag = 0;
        let mut sign_of_life = interval(ACK_WAIT.min(self.streams.hold) / 3);
        // Just as many are asked for as there is room: what is fetched beyond that would lie here
        // without a sign of life, and be given to somebody else as well.
        let mut batch = request(&consumer, PREFETCH).await?;
        loop {
            tokio::select! {
                message = batch.next(), if held.len() < PREFETCH => match message {
                    Some(message) => {
                        let message = message.map_err(Ended::of)?;
                        if let Some(acker) = self.take(message, next_tag, &tray).await? {
                            held.insert(next_tag, (acker, Instant::now()));
                            next_tag += 1;
                        }
                    }
                    None => batch = request(&consumer, PREFETCH - held.len()).await?,
                },
                Some(Settled { tag, done }) = settled.recv() => {
                    if let Some((acker, _)) = held.remove(&tag) {
                        settle(&acker, done).await?;
                    }
                }
                _ = sign_of_life.tick() => self.keep(&mut held).await?,
            }
        }
    }

    /// Puts a message where a worker finds it. One that nobody should be given any more is buried.
    async fn take(&self, message: Message, tag: u64, tray: &Tray) -> Result<Option<Acker>, Ended> {
        let deliveries = message.info().map_err(Ended::of)?.delivered;
        let job = match wire::decode_job(&message.payload) {
            Ok(job) if deliveries <= self.streams.deliveries => job,
            Ok(_) => {
                let before = deliveries - 1;
                self.bury(&message, "handed out too often without being done", before).await?;
                return Ok(None);
            }
            Err(error) => {
                figures::job(JobOutcome::Unreadable);
                tracing::warn!(%error, "job is not understood, put to the dead");
                self.bury(&message, "not understood by the worker", deliveries).await?;
                return Ok(None);
            }
        };
        tray.put(tag, job);
        Ok(Some(message.split().1))
    }

    /// Moves a message to the dead. In this order: one that is there twice does less harm than none.
    async fn bury(&self, message: &Message, reason: &str, deliveries: i64) -> Result<(), Ended> {
        let mut headers = HeaderMap::new();
        headers.insert(REASON, reason);
        headers.insert(DELIVERIES, deliveries.to_string());
        headers.insert(SUBJECT, message.subject.as_str());
        let subject = self.streams.dead_subject();
        let published =
            self.jetstream.publish_with_headers(subject, headers, message.payload.clone()).await;
        published.map_err(Ended::of)?.await.map_err(Ended::of)?;
        message.ack_with(AckKind::Term).await.map_err(Ended::of)
    }

    /// Tells the broker that the jobs in hand are being worked on, and takes those that were kept too
    /// long as done.
    async fn keep(&self, held: &mut Held) -> Result<(), Ended> {
        for (_, (acker, _)) in held.extract_if(|_, (_, since)| since.elapsed() >= self.streams.hold)
        {
            settle(&acker, true).await?;
        }
        for (acker, _) in held.values() {
            acker.ack_with(AckKind::Progress).await.map_err(Ended::of)?;
        }
        Ok(())
    }
}

async fn request(consumer: &PullConsumer, room: usize) -> Result<Batch, Ended> {
    let batch = consumer.batch().max_messages(room).expires(REQUEST);
    batch.messages().await.map_err(Ended::of)
}

async fn settle(acker: &Acker, done: bool) -> Result<(), Ended> {
    let kind = if done {
        AckKind::Ack
    } else {
        figures::job(JobOutcome::Requeued);
        AckKind::Nak(None)
    };
    acker.ack_with(kind).await.map_err(Ended::of)
}

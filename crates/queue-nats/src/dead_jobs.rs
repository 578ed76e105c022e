use std::sync::Arc;
use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::jetstream::message::Message;
use async_nats::jetstream::stream::{LastRawMessageErrorKind, Stream};
use async_nats::jetstream::{self, Context};
use async_trait::async_trait;
use futures_util::TryStreamExt;
use herald_broker::Settings;
use herald_domain::Timestamp;
use herald_ports::{DeadJob, DeadJobList, DeadJobs, DeadJobsAway};

use crate::connection::{Connection, Ended, Peer};
use crate::jobs_in::{DELIVERIES, REASON, SUBJECT};
use crate::streams::Streams;

/// How long the broker remembers somebody who looks at the dead and went away.
const FORGET: Duration = Duration::from_secs(10);

/// The stream of dead jobs: each is named by its number in it.
pub(crate) struct NatsDeadJobs {
    peer: Peer,
    streams: Arc<Streams>,
}

/// The stream, as long as somebody looks at it.
struct Open {
    jetstream: Context,
    dead: Stream,
    _connection: Connection,
}

impl NatsDeadJobs {
    pub(crate) fn new(peer: Peer, streams: Arc<Streams>) -> Self {
        Self { peer, streams }
    }

    async fn open(&self) -> Result<Open, Ended> {
        let connection = Connection::open(&self.peer).await?;
        let jetstream = jetstream::new(connection.client.clone());
        let dead = self.streams.dead(&jetstream).await?;
        Ok(Open { jetstream, dead, _connection: connection })
    }

    async fn list(&self, limit: usize) -> Result<DeadJobList, Ended> {
        let open = self.open().await?;
        let config = pull::Config {
            ack_policy: AckPolicy::None,
            deliver_policy: DeliverPolicy::All,
            inactive_threshold: FORGET,
            memory_storage: true,
            ..pull::Config::default()
        };
        let reader = open.dead.create_consumer(config).await.map_err(Ended::of)?;
        let all = reader.fetch().max_messages(Settings::DEAD as usize).messages().await;
        let all: Vec<Message> = all.map_err(Ended::of)?.try_collect().await.map_err(Ended::of)?;
        let jobs = all.iter().rev().take(limit).map(dead_job).collect::<Result<_, _>>()?;
        Ok(DeadJobList { jobs, total: all.len() as u64 })
    }

    /// Takes one out, after publishing it where it was, if it is to be done again.
    async fn take_out(&self, id: &str, again: bool) -> Result<bool, Ended> {
        let Ok(sequence) = id.parse() else { return Ok(false) };
        let open = self.open().await?;
        let message = match open.dead.get_raw_message(sequence).await {
            Ok(message) => message,
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => {
                return Ok(false);
            }
            Err(error) => return Err(Ended::of(error)),
        };
        if again {
            let subject = text(&message.headers, SUBJECT);
            let published = open.jetstream.publish(subject, message.payload).await;
            published.map_err(Ended::of)?.await.map_err(Ended::of)?;
        }
        open.dead.delete_message(sequence).await.map_err(Ended::of)
    }
}

#[async_trait]
impl DeadJobs for NatsDeadJobs {
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

fn dead_job(message: &Message) -> Result<DeadJob, Ended> {
    let info = message.info().map_err(Ended::of)?;
    let headers = message.headers.clone().unwrap_or_default();
    let micros = info.published.unix_timestamp_nanos().div_euclid(1_000);
    Ok(DeadJob {
        id: info.stream_sequence.to_string(),
        queue: text(&headers, SUBJECT),
        reason: text(&headers, REASON),
        deliveries: text(&headers, DELIVERIES).parse().ok(),
        died_at: i64::try_from(micros).ok().map(Timestamp::from_micros),
        payload: DeadJob::excerpt(&message.payload),
    })
}

fn text(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).map_or_else(String::new, ToString::to_string)
}

impl From<Ended> for DeadJobsAway {
    fn from(ended: Ended) -> Self {
        Self(ended.to_string())
    }
}

use std::time::Duration;

use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::{AckPolicy, PullConsumer, pull};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType, Stream};
use herald_broker::{Settings, wire};

use crate::connection::Ended;

/// How long a job may be in hand without a sign of life, before somebody else gets it.
pub(crate) const ACK_WAIT: Duration = Duration::from_secs(30);
/// How many jobs may be in hand, over all nodes.
const IN_HAND: i64 = 100_000;

/// Streams, subjects and consumers: how they are called, and how they are made.
pub(crate) struct Streams {
    /// the stream of jobs, and how their subjects begin
    jobs: (String, String),
    /// the stream of what was taken out of the way, and its subject
    dead: (String, String),
    /// the subject of events
    pub(crate) live: String,
    capacity: i64,
    /// how often a job is handed out before it is taken out of the way
    pub(crate) deliveries: i64,
    /// how long a worker keeps a job at most
    pub(crate) hold: Duration,
}

impl Streams {
    pub(crate) fn new(settings: &Settings) -> Self {
        // a stream's name holds no dots
        let names = |what| (format!("{}_{what}", settings.prefix), settings.name(what));
        Self {
            jobs: names("jobs"),
            dead: names("dead"),
            live: settings.name("live"),
            capacity: settings.capacity.into(),
            deliveries: settings.deliveries.into(),
            hold: settings.hold,
        }
    }

    /// Every stream.
    pub(crate) fn names(&self) -> [&str; 2] {
        [&self.jobs.0, &self.dead.0]
    }

    /// The subject of one kind of job.
    pub(crate) fn subject(&self, kind: &str) -> String {
        format!("{}.{kind}", self.jobs.1)
    }

    /// The subject of dead jobs.
    pub(crate) fn dead_subject(&self) -> String {
        self.dead.1.clone()
    }

    /// The jobs: each is kept until it is done, and what finds no room is refused.
    pub(crate) async fn jobs(&self, jetstream: &Context) -> Result<Stream, Ended> {
        let (name, subject) = self.jobs.clone();
        let config = Config {
            name,
            subjects: vec![format!("{subject}.*")],
            retention: RetentionPolicy::WorkQueue,
            storage: StorageType::File,
            discard: DiscardPolicy::New,
            max_messages: self.capacity,
            ..Config::default()
        };
        jetstream.get_or_create_stream(config).await.map_err(Ended::of)
    }

    /// The dead jobs: the latest are kept.
    pub(crate) async fn dead(&self, jetstream: &Context) -> Result<Stream, Ended> {
        let (name, subject) = self.dead.clone();
        let config = Config {
            name,
            subjects: vec![subject],
            retention: RetentionPolicy::Limits,
            storage: StorageType::File,
            discard: DiscardPolicy::Old,
            max_messages: Settings::DEAD.into(),
            ..Config::default()
        };
        jetstream.get_or_create_stream(config).await.map_err(Ended::of)
    }

    /// The place of all workers in the queue of one kind of job.
    pub(crate) async fn consumer(
        &self,
        jetstream: &Context,
        kind: &str,
    ) -> Result<PullConsumer, Ended> {
        debug_assert!(wire::KINDS.contains(&kind));
        let config = pull::Config {
            durable_name: Some(kind.to_owned()),
            filter_subject: self.subject(kind),
            ack_policy: AckPolicy::Explicit,
            ack_wait: ACK_WAIT,
            max_ack_pending: IN_HAND,
            // No limit here: a message that reached it would stay in the stream for ever, for the
            // stream lets go only of what was acknowledged, and nobody would be given it. Who receives
            // one too often buries it.
            max_deliver: -1,
            ..pull::Config::default()
        };
        let stream = self.jobs(jetstream).await?;
        stream.get_or_create_consumer(kind, config).await.map_err(Ended::of)
    }
}

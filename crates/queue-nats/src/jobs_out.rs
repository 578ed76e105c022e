use std::convert::Infallible;

use async_nats::jetstream::Context;
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::publish::PublishAck;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use herald_broker::figures::{self, JobOutcome};
use herald_broker::{Waiting, wire};

use crate::connection::Ended;
use crate::streams::Streams;

/// How many jobs may wait for their confirmation.
const UNCONFIRMED: usize = 256;

/// Gives jobs to the broker, which confirms each when it has it.
pub(crate) struct JobsOut<'a> {
    jetstream: &'a Context,
    streams: &'a Streams,
}

impl<'a> JobsOut<'a> {
    pub(crate) async fn open(jetstream: &'a Context, streams: &'a Streams) -> Result<Self, Ended> {
        streams.jobs(jetstream).await?;
        Ok(Self { jetstream, streams })
    }

    pub(crate) async fn publish(&self, jobs: &mut Waiting) -> Result<Infallible, Ended> {
        let mut confirms = FuturesUnordered::new();
        loop {
            tokio::select! {
                job = jobs.next(), if confirms.len() < UNCONFIRMED => {
                    let subject = self.streams.subject(wire::kind(job));
                    let sent = self.jetstream.publish(subject, wire::encode_job(job).into()).await;
                    confirms.push(sent.map_err(Ended::of)?.into_future());
                }
                Some(confirmed) = confirms.next() => confirmed_or_not(confirmed)?,
            }
        }
    }
}

fn confirmed_or_not(confirmed: Result<PublishAck, PublishError>) -> Result<(), Ended> {
    match confirmed {
        Ok(_) => figures::job(JobOutcome::Published),
        Err(error) => match error.kind() {
            PublishErrorKind::TimedOut => return Err(Ended::Silent),
            // no stream takes that subject: somebody has deleted it
            PublishErrorKind::StreamNotFound => {
                figures::job(JobOutcome::Returned);
                return Err(Ended::of(error));
            }
            PublishErrorKind::BrokenPipe => return Err(Ended::of(error)),
            // the stream is full
            _ => {
                figures::job(JobOutcome::Refused);
                tracing::debug!(%error, "broker has no room for a job, left to the next look");
            }
        },
    }
    Ok(())
}

use std::convert::Infallible;
use std::sync::Arc;

use async_nats::Subscriber;
use async_nats::jetstream;
use futures_util::StreamExt;
use herald_broker::{Frames, Handout, Incoming, Link, Session, Stop, Waiting, wire};

use crate::connection::{Connection, Ended, Peer};
use crate::jobs_in::JobsIn;
use crate::jobs_out::JobsOut;
use crate::streams::Streams;

/// This node, as the broker sees it.
pub(crate) struct Node {
    pub(crate) peer: Peer,
    pub(crate) streams: Arc<Streams>,
    pub(crate) link: Arc<Link>,
    pub(crate) frames: Frames,
    pub(crate) incoming: Arc<Incoming>,
    pub(crate) jobs: Waiting,
    pub(crate) handout: Arc<Handout>,
    pub(crate) stop: Stop,
}

impl Session for Node {
    async fn run(&mut self) -> String {
        match self.take_part().await {
            Ok(never) => match never {},
            Err(ended) => ended.to_string(),
        }
    }
}

impl Node {
    async fn take_part(&mut self) -> Result<Infallible, Ended> {
        let mut connection = Connection::open(&self.peer).await?;
        let client = connection.client.clone();
        let jetstream = jetstream::new(client.clone());
        self.streams.dead(&jetstream).await?;
        let jobs_out = JobsOut::open(&jetstream, &self.streams).await?;
        let live = self.streams.live.clone();
        let ear = client.subscribe(live.clone()).await.map_err(Ended::of)?;
        Connection::round_trip(&client).await?;
        self.incoming.listening();
        self.link.up();
        let frames = &mut self.frames;
        let speak = async {
            // the first word lets others find out what they missed
            let mut frame = frames.begin();
            loop {
                client.publish(live.clone(), frame.into()).await.map_err(Ended::of)?;
                frame = tokio::select! {
                    // in this order: what waits is said before the end
                    biased;
                    frame = frames.next() => frame,
                    () = self.stop.asked() => break,
                };
            }
            Connection::round_trip(&client).await?;
            Err(Ended::Stopped)
        };
        let work = async {
            self.handout.wanted().await;
            let jobs_in = JobsIn { jetstream: &jetstream, streams: &self.streams };
            let kinds = wire::KINDS.iter().map(|kind| jobs_in.work(kind, &self.handout));
            futures_util::future::select_all(kinds.map(Box::pin)).await.0
        };
        tokio::select! {
            ended = connection.broken() => Err(ended),
            ended = speak => ended,
            ended = listen(ear, &self.incoming) => ended,
            ended = jobs_out.publish(&mut self.jobs) => ended,
            ended = work => ended,
        }
    }
}

async fn listen(mut ear: Subscriber, incoming: &Incoming) -> Result<Infallible, Ended> {
    while let Some(message) = ear.next().await {
        incoming.take(&message.payload);
    }
    Err(Ended::of("subscription has ended"))
}

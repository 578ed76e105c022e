use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use herald_broker::{Handout, Incoming, Link, Session, Stop, wire};
use lapin::message::Delivery;
use lapin::{Consumer, Event};

use crate::connection::{Connection, Ended, Peer};
use crate::jobs_in::JobsIn;
use crate::live_in::LiveIn;
use crate::topology::Topology;

/// Takes events and jobs from the broker.
pub(crate) struct Consuming {
    pub(crate) peer: Peer,
    pub(crate) topology: Arc<Topology>,
    pub(crate) link: Arc<Link>,
    pub(crate) hold: Duration,
    pub(crate) incoming: Arc<Incoming>,
    pub(crate) handout: Arc<Handout>,
    pub(crate) stop: Stop,
}

impl Session for Consuming {
    async fn run(&mut self) -> String {
        match self.consume().await {
            Ok(never) => match never {},
            Err(ended) => ended.to_string(),
        }
    }
}

impl Consuming {
    async fn consume(&self) -> Result<Infallible, Ended> {
        let connection = Connection::open(&self.peer).await?;
        let mut events = Box::pin(connection.events());
        let broken = async {
            while let Some(event) = events.next().await {
                if let Event::Error(error) = event {
                    return error.into();
                }
            }
            Ended::Silent
        };
        let live = LiveIn::open(&connection, &self.topology).await?;
        let jobs = JobsIn::open(&connection, &self.topology).await?;
        // in this order: what is published from here on is heard
        self.incoming.listening();
        self.link.up();
        tokio::select! {
            ended = broken => Err(ended),
            ended = live.listen(&self.incoming) => ended,
            ended = self.work(jobs) => ended,
            () = self.stop.asked() => {
                connection.close().await;
                Err(Ended::Stopped)
            }
        }
    }

    async fn work(&self, jobs: JobsIn) -> Result<Infallible, Ended> {
        self.handout.wanted().await;
        let kinds = wire::KINDS.iter().map(|kind| jobs.work(kind, &self.handout, self.hold));
        let (ended, ..) = futures_util::future::select_all(kinds.map(Box::pin)).await;
        ended
    }
}

/// The next message of a consumer.
pub(crate) async fn next(consumer: &mut Consumer) -> Result<Delivery, Ended> {
    match consumer.next().await {
        Some(delivery) => Ok(delivery?),
        // the queue was deleted, or its broker is about to go: without a word of this, one would wait
        // for ever
        None => Err(Ended::Cancelled),
    }
}

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Fuse, FusedFuture};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use herald_broker::{Frames, Link, Session, Stop, Waiting};
use herald_ports::IdGenerator;
use lapin::{Event, PublisherConfirm};
use tokio::time::interval;

use crate::connection::{Connection, Ended, Peer};
use crate::jobs_out::JobsOut;
use crate::live_out::LiveOut;
use crate::topology::Topology;

/// How long the broker may take to read, or to confirm, before it is taken for stuck: once to twice
/// this.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many jobs may wait for their confirmation.
const UNCONFIRMED: usize = 256;

/// What is being written: of a job, the confirmation follows.
type Writing = Pin<Box<dyn Future<Output = lapin::Result<Option<PublisherConfirm>>> + Send>>;

/// Gives events and jobs to the broker.
pub(crate) struct Publishing {
    pub(crate) peer: Peer,
    pub(crate) topology: Arc<Topology>,
    pub(crate) link: Arc<Link>,
    pub(crate) ids: Arc<dyn IdGenerator>,
    pub(crate) frames: Frames,
    pub(crate) jobs: Waiting,
    pub(crate) stop: Stop,
}

impl Session for Publishing {
    async fn run(&mut self) -> String {
        match self.publish().await {
            Ok(never) => match never {},
            Err(ended) => ended.to_string(),
        }
    }
}

impl Publishing {
    async fn publish(&mut self) -> Result<Infallible, Ended> {
        let connection = Connection::open(&self.peer).await?;
        let mut events = Box::pin(connection.events());
        let live = LiveOut::open(&connection, &self.topology).await?;
        let jobs = JobsOut::open(&connection, &self.topology, self.ids.clone()).await?;
        self.link.up();
        let mut writing: Fuse<Writing> = Fuse::terminated();
        // the first word lets others find out what they missed
        let mut greet = true;
        let mut confirms = FuturesUnordered::new();
        let mut blocked = false;
        let mut progress = true;
        let mut check = interval(PATIENCE);
        loop {
            // one write at a time: while it waits for the socket, what comes is gathered
            let may_write = !blocked && writing.is_terminated();
            let is_idle = may_write && confirms.is_empty();
            if may_write && greet {
                greet = false;
                writing = live.publish(self.frames.begin()).fuse();
                continue;
            }
            tokio::select! {
                event = events.next() => match event {
                    // The broker is short of memory or disk and reads nothing from here any more. What
                    // is published now would wait, in our memory, for nobody knows how long.
                    Some(Event::ConnectionBlocked(reason)) => {
                        blocked = true;
                        self.link.away(&format!("blocked by the broker: {reason}"));
                    }
                    Some(Event::ConnectionUnblocked) => {
                        blocked = false;
                        greet = true;
                        progress = true;
                        self.link.up();
                    }
                    Some(Event::Error(error)) => return Err(error.into()),
                    Some(_) => {}
                    None => return Err(Ended::Silent),
                },
                written = &mut writing => {
                    progress = true;
                    confirms.extend(written?);
                }
                frame = self.frames.next(), if may_write => {
                    writing = live.publish(frame).fuse();
                }
                job = self.jobs.next(), if may_write && confirms.len() < UNCONFIRMED => {
                    writing = jobs.publish(job).fuse();
                }
                Some(confirmed) = confirms.next() => {
                    progress = true;
                    JobsOut::confirmed(&confirmed?)?;
                }
                () = self.stop.asked(), if is_idle => {
                    // what waits is said before
                    if self.frames.is_empty() && self.jobs.is_empty() {
                        connection.close().await;
                        return Err(Ended::Stopped);
                    }
                }
                _ = check.tick() => {
                    let expects = !writing.is_terminated() || !confirms.is_empty();
                    if expects && !blocked && !progress {
                        return Err(Ended::Silent);
                    }
                    progress = false;
                }
            }
        }
    }
}

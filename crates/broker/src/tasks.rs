use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::{Link, Session, Settings, session};

/// The tasks of an adapter: they end when this is dropped.
#[derive(Default)]
pub struct Tasks {
    tasks: JoinSet<()>,
    sessions: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Tasks {
    /// How long [`Tasks::close`] takes at most.
    const PATIENCE: Duration = Duration::from_secs(3);

    /// Starts another.
    pub fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Runs a session, and again whenever it ends, after a random pause.
    pub fn keep(&mut self, link: &Arc<Link>, settings: &Settings, session: impl Session) {
        self.sessions.spawn(session::keep(link.clone(), settings, session, self.stop()));
    }

    /// What the sessions of these tasks go by.
    pub fn stop(&self) -> Stop {
        Stop(self.stop.subscribe())
    }

    /// Gives the broker what waits for it, and leaves it in good order, if it answers in time.
    pub async fn close(mut self) {
        self.stop.send_replace(true);
        let ended = async { while self.sessions.join_next().await.is_some() {} };
        // what is not said by then, others find out by themselves
        let _ = timeout(Self::PATIENCE, ended).await;
    }
}

/// Whether a session should come to an end.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Waits until it should.
    pub async fn asked(&self) {
        // the tasks are gone: nobody needs the session any more
        let _ = self.0.clone().wait_for(|stop| *stop).await;
    }

    /// Whether it should already.
    pub(crate) fn is_asked(&self) -> bool {
        *self.0.borrow()
    }
}

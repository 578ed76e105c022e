//! What a process does by the way: what waits goes into the inboxes, and out by the channels, what has its time
//! behind it goes, and its clock goes by the store's.

use std::sync::Arc;

use actix_web::rt::task::JoinHandle;
use herald_application::{Engine, Janitor};

use crate::wire::UseCases;

/// How many workers put notifications into inboxes: while the steps of one are on their way to the disk,
/// the other's go on.
const DISPATCHERS: usize = 2;

/// The work that is going on.
pub(crate) struct Background {
    tasks: Vec<JoinHandle<()>>,
    janitor: Arc<Janitor>,
    engine: Arc<Engine>,
    delivering: JoinHandle<()>,
}

impl Background {
    /// Begins.
    pub(crate) fn start(cases: &UseCases) -> Self {
        let janitor = cases.janitor.clone();
        let mut tasks: Vec<_> = (0..DISPATCHERS)
            .map(|_| cases.dispatcher.clone())
            .map(|dispatcher| actix_web::rt::spawn(async move { dispatcher.run().await }))
            .collect();
        tasks.push(actix_web::rt::spawn({
            let janitor = janitor.clone();
            async move { janitor.run().await }
        }));
        let clock = cases.clock.clone();
        tasks.push(actix_web::rt::spawn(async move { clock.run().await }));
        let defaults = cases.outreach.defaults.clone();
        tasks.push(actix_web::rt::spawn(async move { defaults.run().await }));
        let engine = cases.outreach.engine.clone();
        let delivering = actix_web::rt::spawn({
            let engine = engine.clone();
            async move { engine.run().await }
        });
        Self { tasks, janitor, engine, delivering }
    }

    /// Ends; whatever is not done is left to other processes at once.
    pub(crate) async fn stop(self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        self.engine
            .stop(async {
                let _ = self.delivering.await;
            })
            .await;
        self.janitor.give_up().await;
    }
}

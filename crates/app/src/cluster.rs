//! What a server does because there are others.

use std::sync::Arc;

use actix_web::rt::task::JoinHandle;
use herald_http::{Node, SharedLimits};
use herald_ports::{IdGenerator, SystemRandom};
use herald_realtime::Roster;

use crate::wire::UseCases;

/// The work that is going on.
pub(crate) struct Cluster {
    tasks: Vec<JoinHandle<()>>,
    roster: Arc<Roster>,
}

impl Cluster {
    /// Begins.
    pub(crate) fn join(node: &Node, cases: &UseCases) -> Self {
        let name: Arc<str> = SystemRandom.id().into();
        let bus = || cases.bus.clone();
        let (roster, tell_devices) = Roster::start(&node.hub, bus(), name.clone());
        let (limits, tell_used) = SharedLimits::start(&node.limits, bus(), name);
        let roster = Arc::new(roster);
        cases.bus.subscribe(roster.clone());
        cases.bus.subscribe(Arc::new(limits));
        let tasks = vec![actix_web::rt::spawn(tell_devices), actix_web::rt::spawn(tell_used)];
        Self { tasks, roster }
    }

    /// Ends, and tells the others at once.
    pub(crate) fn leave(self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        self.roster.leave();
    }
}

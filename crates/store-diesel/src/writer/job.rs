use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::conn::Conn;
use crate::failure::Failure;

/// A write that waits for its turn, and then for its commit.
pub(super) trait Job: Send {
    /// Whether it is done by the way, between what somebody waits for.
    fn is_background(&self) -> bool;

    /// Runs it, once more if it ran before, and keeps what it came to.
    fn run(&mut self, conn: &mut Conn) -> Result<(), Failure>;

    /// Tells whoever waits: what it came to, now that this is committed, or why it failed.
    fn answer(self: Box<Self>, committed: Result<(), Failure>);
}

/// The job that runs a closure and answers over a channel.
pub(super) struct Pending<T, F> {
    work: F,
    is_background: bool,
    outcome: Option<T>,
    reply: oneshot::Sender<Result<T, Failure>>,
}

impl<T, F> Pending<T, F> {
    pub(super) fn new(
        work: F,
        is_background: bool,
        reply: oneshot::Sender<Result<T, Failure>>,
    ) -> Self {
        Self { work, is_background, outcome: None, reply }
    }
}

impl<T, F> Job for Pending<T, F>
where
    T: Send,
    F: FnMut(&mut Conn) -> Result<T, Failure> + Send,
{
    fn is_background(&self) -> bool {
        self.is_background
    }

    fn run(&mut self, conn: &mut Conn) -> Result<(), Failure> {
        // a mistake in one write must not end the thread that does all others; its transaction is
        // undone, and a closure keeps nothing from one run to the next
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.work)(conn)))
            .unwrap_or_else(|_| Err(Failure::Corrupt("a write panicked".to_owned())));
        self.outcome = Some(outcome?);
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), Failure>) {
        let never_ran = || Failure::Corrupt("a write was committed that never ran".to_owned());
        let Self { outcome, reply, .. } = *self;
        // nobody waits any more if the caller went away
        let _ = reply.send(committed.and_then(|()| outcome.ok_or_else(never_ran)));
    }
}

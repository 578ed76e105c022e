use std::collections::VecDeque;

use tokio::sync::mpsc::Receiver;

use super::job::Job;

/// What waits for the writing thread.
pub(super) struct Queue {
    incoming: Receiver<Box<dyn Job>>,
    /// what has come and can wait a little; no more than there are workers, each of which waits for it
    background: VecDeque<Box<dyn Job>>,
    /// the next that somebody waits for, if it was looked for already
    urgent: Option<Box<dyn Job>>,
    is_turn_of_background: bool,
}

/// What is to be done next.
pub(super) enum Next {
    /// with whatever else is waiting
    Together(Box<dyn Job>),
    /// by the way, with more of its kind as long as nobody waits
    ByTheWay(Box<dyn Job>),
}

impl Queue {
    pub(super) fn new(incoming: Receiver<Box<dyn Job>>) -> Self {
        Self { incoming, background: VecDeque::new(), urgent: None, is_turn_of_background: false }
    }

    /// Waits for what is to be done next; `None` once the queue is closed and empty.
    ///
    /// What somebody waits for goes before what can wait, but only once: neither keeps the other
    /// waiting for longer than one turn.
    pub(super) fn next(&mut self) -> Option<Next> {
        if std::mem::take(&mut self.is_turn_of_background)
            && let Some(job) = self.background.pop_front()
        {
            return Some(Next::ByTheWay(job));
        }
        if let Some(job) = self.another() {
            return Some(self.together(job));
        }
        if let Some(job) = self.background.pop_front() {
            return Some(Next::ByTheWay(job));
        }
        let job = self.incoming.blocking_recv()?;
        if job.is_background() { Some(Next::ByTheWay(job)) } else { Some(self.together(job)) }
    }

    /// Another write that somebody waits for, if one is there.
    pub(super) fn another(&mut self) -> Option<Box<dyn Job>> {
        if let Some(job) = self.urgent.take() {
            return Some(job);
        }
        while let Ok(job) = self.incoming.try_recv() {
            if !job.is_background() {
                return Some(job);
            }
            self.background.push_back(job);
        }
        None
    }

    /// Another write that can wait, if one is there and nobody waits for anything else.
    pub(super) fn another_by_the_way(&mut self) -> Option<Box<dyn Job>> {
        match self.another() {
            Some(job) => {
                self.urgent = Some(job);
                None
            }
            None => self.background.pop_front(),
        }
    }

    /// Whatever is there.
    pub(super) fn drain(&mut self) -> Vec<Box<dyn Job>> {
        let mut jobs: Vec<_> = std::iter::from_fn(|| self.another()).collect();
        jobs.extend(self.background.drain(..));
        jobs
    }

    fn together(&mut self, job: Box<dyn Job>) -> Next {
        self.is_turn_of_background = true;
        Next::Together(job)
    }
}

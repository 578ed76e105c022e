use std::iter::StepBy;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Result;
use tokio::sync::watch;

use crate::client::{Sockets, number_of};
use crate::crew::Crew;
use crate::ledger::Ledger;
use crate::subject::Subject;

/// How long a session holds back what is live, for clients that want to resume.
const GREETING: Duration = Duration::from_millis(300);

/// Whose sockets they are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Whom {
    /// of the first so many users
    First(usize),
    /// of so many, evenly spread among all users
    Spread { users: usize, sockets: usize },
}

impl Whom {
    /// Their numbers.
    pub(super) fn users(self) -> StepBy<Range<usize>> {
        match self {
            Self::First(users) => (0..users).step_by(1),
            Self::Spread { users, sockets } => (0..users).step_by(users / sockets),
        }
    }
}

/// Sockets, one for each user, that note what arrives.
pub(super) struct Listeners {
    sockets: Sockets,
    ledger: watch::Sender<Option<Arc<Ledger>>>,
    length: Arc<AtomicUsize>,
}

impl Listeners {
    /// Opens so many. If every message has a copy for each of them, a socket's number says which.
    pub(super) async fn open(
        crew: &Crew,
        subject: &Subject,
        whom: Whom,
        a_copy_each: bool,
    ) -> Result<Self> {
        let (ledger, current) = watch::channel(None::<Arc<Ledger>>);
        let length = Arc::new(AtomicUsize::new(0));
        let seen = length.clone();
        let sockets = Sockets::new(Arc::new(move |socket, text| {
            let Some(number) = number_of(text) else { return };
            if let Some(ledger) = &*current.borrow() {
                ledger.arrived(number, if a_copy_each { socket } else { 0 });
            }
            seen.store(text.len(), Ordering::Relaxed);
        }));
        sockets.open(crew, subject, &subject.tokens_of(whom.users())).await?;
        tokio::time::sleep(GREETING).await;
        Ok(Self { sockets, ledger, length })
    }

    /// From now on, these messages are expected.
    pub(super) fn expect(&self, messages: usize, copies: usize) -> Arc<Ledger> {
        let ledger = Arc::new(Ledger::new(messages, copies));
        self.ledger.send_replace(Some(ledger.clone()));
        ledger
    }

    /// How long a message is.
    pub(super) fn length(&self) -> usize {
        self.length.load(Ordering::Relaxed)
    }

    /// Fails if the server let any of them go.
    pub(super) fn check(&self) -> Result<()> {
        self.sockets.check()
    }
}

use std::sync::Arc;

use herald_application::{Access, AuthError, Inbox, InboxError};
use herald_domain::{Changes, Epoch, Head, Principal, Rev, UserKey, UserPrincipal};
use herald_ports::Resync;
use metrics::Counter;

use crate::figures;
use crate::format::websocket_backend;
use crate::protocol::Command;

/// Something a session wants done that takes time.
#[derive(Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are what the variant names")]
pub enum Job {
    /// whose is this token
    Authenticate { token: String },
    /// the same, for a session that goes on
    Refresh { token: String, reference: Option<String> },
    /// is this user still let in, now that revocations reach the session, and where does the inbox
    /// stand
    Head { user: Box<UserPrincipal> },
    /// what changed since
    Changes { user: UserKey, since: Rev, epoch: Option<String> },
    /// do this to the inbox
    Command { user: UserKey, command: Command, reference: Option<String> },
}

/// What a [`Job`] came to.
#[derive(Debug)]
pub enum Reply {
    /// of [`Job::Authenticate`]
    Authenticated(Result<UserPrincipal, AuthError>),
    /// of [`Job::Refresh`]
    Refreshed(Option<String>, Result<UserPrincipal, AuthError>),
    /// of [`Job::Head`]
    Head(Result<Head, InboxError>),
    /// of [`Job::Changes`]
    Changes(Result<Replayed, InboxError>),
    /// of [`Job::Command`]
    Done(Option<String>, Result<(), InboxError>),
}

/// What was read from the store for a session.
#[derive(Debug)]
pub enum Replayed {
    /// what changed since that position
    Changes(Rev, Changes),
    /// that cannot be told; from this head on it can
    Lost(Resync, Head),
}

/// Does the jobs of sessions by the use cases.
pub struct Driver {
    access: Arc<Access>,
    inbox: Arc<Inbox>,
    epoch: Epoch,
    /// resumes that told all that was missed
    recovered: Counter,
}

impl Driver {
    /// The most changes that are read at once for one device.
    const PAGE: usize = 50;

    /// Over the use cases.
    pub fn new(access: Arc<Access>, inbox: Arc<Inbox>) -> Self {
        let epoch = inbox.epoch();
        Self { access, inbox, epoch, recovered: figures::resumes("recovered") }
    }

    /// The database that revisions belong to.
    pub fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    /// Does a job.
    pub async fn perform(&self, job: Job) -> Reply {
        match job {
            Job::Authenticate { token } => Reply::Authenticated(self.user(&token).await),
            Job::Refresh { token, reference } => {
                Reply::Refreshed(reference, self.user(&token).await)
            }
            Job::Head { user } => match self.access.confirm(&user).await {
                Ok(()) => Reply::Head(self.inbox.head(user.key).await),
                Err(error) => Reply::Authenticated(Err(error)),
            },
            Job::Changes { user, since, epoch } => {
                Reply::Changes(self.changes(user, since, epoch.as_deref()).await)
            }
            Job::Command { user, command, reference } => {
                Reply::Done(reference, self.command(user, command).await)
            }
        }
    }

    /// API keys have no inbox, and so no session.
    async fn user(&self, token: &str) -> Result<UserPrincipal, AuthError> {
        match self.access.authenticate(token).await? {
            Principal::User(user) => Ok(user),
            Principal::Service(_) => Err(AuthError::Invalid),
        }
    }

    async fn changes(
        &self,
        user: UserKey,
        since: Rev,
        epoch: Option<&str>,
    ) -> Result<Replayed, InboxError> {
        match self.inbox.changes(user, since, epoch, Self::PAGE).await {
            Ok(changes) => {
                // only a resume says of which database its position is
                if epoch.is_some() {
                    self.recovered.increment(1);
                }
                Ok(Replayed::Changes(since, changes))
            }
            Err(InboxError::Resync(reason)) => {
                Ok(Replayed::Lost(reason, self.inbox.head(user).await?))
            }
            Err(error) => Err(error),
        }
    }

    async fn command(&self, user: UserKey, command: Command) -> Result<(), InboxError> {
        match command {
            Command::Mark(mark, ids) => self.inbox.patch(user, ids, mark.patch()).await.map(drop),
            Command::MarkMeant(mark, id) => {
                let ids = websocket_backend::meant(&self.inbox, user, &id).await?;
                self.inbox.patch(user, ids, mark.patch()).await.map(drop)
            }
            Command::Delete(ids) => self.inbox.delete(user, ids).await.map(drop),
            Command::ReadAll => self.inbox.read_all(user).await.map(drop),
            Command::SeenAll => self.inbox.seen_all(user).await.map(drop),
        }
    }
}

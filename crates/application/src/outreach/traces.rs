use std::sync::Arc;

use herald_domain::{Case, ChannelSet, NotificationId, Principal, UserId, UserKey, decide};
use herald_ports::{
    DecidedLine, Delivery, DeliveryStore, InboxStore, NotificationStore, PreferenceStore,
    SentNotification, StoreError, UserStore,
};

use super::CurrentDefaults;

/// Why nothing was explained.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// the caller has no part in such a notification
    #[error("there is no such notification")]
    Unknown,
    /// a service is told nothing, and so has to say whom it means
    #[error("whom it was told has to be said")]
    NobodyNamed,
    /// the store did not do it
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How one user was told of one notification, and why so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// who
    pub user: UserId,
    /// what was decided, by channel
    pub lines: Vec<DecidedLine>,
    /// what became of what went out
    pub deliveries: Vec<Delivery>,
}

/// What explanations reach the world through.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is what its type is")]
pub struct TracesPorts {
    pub notifications: Arc<dyn NotificationStore>,
    pub deliveries: Arc<dyn DeliveryStore>,
    pub inbox: Arc<dyn InboxStore>,
    pub users: Arc<dyn UserStore>,
    pub preferences: Arc<dyn PreferenceStore>,
    pub defaults: Arc<CurrentDefaults>,
}

/// Explains how somebody was told, and why so.
pub struct Traces {
    ports: TracesPorts,
    addressless: ChannelSet,
}

impl Traces {
    /// Over these.
    pub fn new(ports: TracesPorts, addressless: ChannelSet) -> Self {
        Self { ports, addressless }
    }

    /// How a user was told: everybody may ask for themselves, who sent it and administrators for everybody.
    pub async fn trace(
        &self,
        caller: &Principal,
        id: NotificationId,
        whom: Option<UserId>,
    ) -> Result<Explained, TraceError> {
        // before anything is looked for: by what is missing, nobody learns what there is
        let whom = match (whom, caller) {
            (Some(whom), _) => whom,
            (None, Principal::User(user)) => user.id.clone(),
            (None, Principal::Service(_)) => return Err(TraceError::NobodyNamed),
        };
        let sent = self.ports.notifications.sent(id).await?.ok_or(TraceError::Unknown)?;
        let (user, key) = self.subject(caller, &sent, whom).await?;
        let trace = self.ports.deliveries.trace(id, key).await?;
        let item = self.ports.inbox.item(key, id).await?;
        if item.is_none() && trace.lines.is_none() && !trace.is_planned {
            return Err(TraceError::Unknown);
        }
        let lines = match trace.lines {
            Some(lines) => lines,
            // there was nothing to decide: what would have come of it is the same now as then
            None => self.lines(&sent, user.clone()).await?,
        };
        Ok(Explained { user, lines, deliveries: trace.deliveries })
    }

    /// Whom the caller asks about, if the caller may.
    async fn subject(
        &self,
        caller: &Principal,
        sent: &SentNotification,
        whom: UserId,
    ) -> Result<(UserId, UserKey), TraceError> {
        if let Principal::User(user) = caller
            && user.id == whom
        {
            return Ok((whom, user.key));
        }
        let is_admin = matches!(caller, Principal::User(user) if user.role.is_admin());
        if !is_admin && sent.principal != caller.reference() {
            return Err(TraceError::Unknown);
        }
        let user = self.ports.users.by_id(whom).await?.ok_or(TraceError::Unknown)?;
        Ok((user.id, user.key))
    }

    async fn lines(
        &self,
        sent: &SentNotification,
        user: UserId,
    ) -> Result<Vec<DecidedLine>, TraceError> {
        let told_at = sent.told_at();
        let profiles = self.ports.preferences.profiles(vec![user], told_at).await?;
        let profile = profiles.into_iter().next().ok_or(TraceError::Unknown)?;
        let defaults = self.ports.defaults.get();
        let lines = decide(&Case {
            content: &sent.notification.content,
            route: sent.route,
            told_at,
            preferences: &profile.preferences,
            defaults: &defaults,
            reach: sent.route.reaching(profile.reach, self.addressless),
            suppressed: profile.suppressed,
            is_disabled: profile.user.disabled_at.is_some(),
            is_read: false,
            now: told_at,
        });
        Ok(lines.iter().map(DecidedLine::of).collect())
    }
}

use std::sync::Arc;

use herald_domain::{
    Audience, Case, ChannelSet, Decision, Draft, Preferences, Principal, RawDraft, Timestamp,
    UserFilter, UserId, decide,
};
use herald_ports::{
    Clock, Position, PreferenceStore, Profile, Refusal, StoreError, TopicStore, UserStore,
};

use super::CurrentDefaults;
use crate::SendError;
use crate::notifier::prepare;

/// What a rehearsal reaches the world through.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is what its type is")]
pub struct RehearsalPorts {
    pub users: Arc<dyn UserStore>,
    pub topics: Arc<dyn TopicStore>,
    pub preferences: Arc<dyn PreferenceStore>,
    pub defaults: Arc<CurrentDefaults>,
    pub clock: Arc<dyn Clock>,
}

/// Says how a notification would be told, and tells nobody.
pub struct Rehearsal {
    ports: RehearsalPorts,
    /// channels by which whoever has no address is given one
    addressless: ChannelSet,
}

/// How some users would be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehearsed {
    /// the first of them, with a line for each channel
    pub users: Vec<(UserId, Vec<Decision>)>,
    /// whether it is for others, too
    pub more: bool,
}

impl Rehearsal {
    /// Of so many users it says how they would be told.
    pub const MAX_USERS: usize = 100;

    /// Over these.
    pub fn new(ports: RehearsalPorts, addressless: ChannelSet) -> Self {
        Self { ports, addressless }
    }

    /// How the first of those for whom it is would be told, at its time.
    pub async fn rehearse(
        &self,
        sender: &Principal,
        raw: RawDraft,
    ) -> Result<Rehearsed, SendError> {
        let now = self.ports.clock.now();
        let draft = prepare(sender, raw).map_err(SendError::Refused)?;
        draft
            .check_expiry(now)
            .map_err(|broken| SendError::Refused(Refusal { violations: vec![broken] }))?;
        let (ids, more) = self.recipients(&draft.to).await?;
        let told_at = draft.scheduled(now).unwrap_or(now);
        let profiles = self.ports.preferences.profiles(ids.clone(), told_at).await?;
        let mut profiles = profiles.into_iter().peekable();
        let users = ids.into_iter().map(|id| {
            let profile = profiles.next_if(|profile| profile.user.id == id);
            let lines = self.lines(&draft, profile.as_ref(), told_at);
            (id, lines)
        });
        Ok(Rehearsed { users: users.collect(), more })
    }

    fn lines(&self, draft: &Draft, profile: Option<&Profile>, now: Timestamp) -> Vec<Decision> {
        let nothing = Preferences::default();
        let defaults = self.ports.defaults.get();
        let reach = profile.map_or(ChannelSet::NONE, |profile| profile.reach);
        decide(&Case {
            content: &draft.content,
            route: draft.route,
            told_at: now,
            preferences: profile.map_or(&nothing, |profile| &profile.preferences),
            defaults: &defaults,
            reach: draft.route.reaching(reach, self.addressless),
            suppressed: profile.map_or(ChannelSet::NONE, |profile| profile.suppressed),
            is_disabled: profile.is_some_and(|profile| profile.user.disabled_at.is_some()),
            is_read: false,
            now,
        })
    }

    /// The first of an audience, and whether there are others.
    async fn recipients(&self, to: &Audience) -> Result<(Vec<UserId>, bool), StoreError> {
        let most = Self::MAX_USERS;
        match to {
            Audience::Users(ids) => {
                Ok((ids.iter().take(most).cloned().collect(), ids.len() > most))
            }
            Audience::Members { company, role } => {
                let filter = UserFilter {
                    company: company.clone(),
                    role: role.clone(),
                    ..UserFilter::default()
                };
                let page = self.ports.users.list(filter, Position::Cursor(None), most).await?;
                let more = page.next.is_some();
                Ok((page.users.into_iter().map(|user| user.id).collect(), more))
            }
            Audience::Subscribers(topic) => {
                let part = self.ports.topics.subscribers(topic.clone(), None, most).await?;
                let (items, next) = part.map_or((vec![], None), |part| (part.items, part.next));
                Ok((items.into_iter().map(|one| one.id).collect(), next.is_some()))
            }
        }
    }
}

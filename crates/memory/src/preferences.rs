use std::collections::HashMap;

use async_trait::async_trait;
use herald_domain::{
    Channel, ChannelSet, Content, Defaults, Mute, Preferences, Timestamp, UserId, UserKey,
};
use herald_ports::{PreferenceStore, Profile, StoreError};

use crate::MemoryStore;
use crate::store::State;

/// What users want, but their mutes, and what holds for whoever has not chosen.
#[derive(Debug, Default)]
pub(crate) struct Wishes {
    by_user: HashMap<UserKey, Preferences>,
    defaults: Defaults,
}

impl Wishes {
    /// What a user wants, with these mutes.
    fn of(&self, user: UserKey, mutes: Vec<Mute>) -> Preferences {
        Preferences { mutes, ..self.by_user.get(&user).cloned().unwrap_or_default() }
    }

    /// Forgets what a user wanted.
    pub(crate) fn forget_user(&mut self, user: UserKey) {
        self.by_user.remove(&user);
    }
}

impl State {
    fn preferences(&self, user: UserKey, now: Timestamp) -> Preferences {
        self.wishes.of(user, self.mutes.of(user, now))
    }

    /// Whether a user wants something in the inbox.
    pub(crate) fn wants(&self, user: UserKey, content: &Content, now: Timestamp) -> bool {
        let category = content.category.as_ref();
        let is_muted = category.is_some_and(|category| self.mutes.hold(user, category, now));
        let chosen = || self.wishes.by_user.get(&user)?.choice(category, Channel::InApp);
        content.is_critical() || (!is_muted && chosen().is_none_or(|(wanted, _)| wanted))
    }

    /// By which channels a user has an address, and which the user asked for.
    pub(crate) fn wishes(&self, user: UserKey) -> (ChannelSet, ChannelSet) {
        let reach = self.users.by_key(user).map(|user| self.endpoints.reach(user));
        let eager = self.wishes.by_user.get(&user).map(Preferences::eager);
        (reach.unwrap_or_default(), eager.unwrap_or_default())
    }

    /// What is known of a user who exists.
    pub(crate) fn profile(&self, user: UserKey, now: Timestamp) -> Option<Profile> {
        let user = self.users.by_key(user)?.clone();
        Some(Profile {
            preferences: self.preferences(user.key, now),
            reach: self.endpoints.reach(&user),
            suppressed: self.suppressions.of(&user),
            user,
        })
    }
}

#[async_trait]
impl PreferenceStore for MemoryStore {
    async fn preferences(&self, user: UserKey, now: Timestamp) -> Result<Preferences, StoreError> {
        Ok(self.state()?.preferences(user, now))
    }

    async fn set_preferences(
        &self,
        user: UserKey,
        mut preferences: Preferences,
    ) -> Result<(), StoreError> {
        let state = &mut *self.state()?;
        state.mutes.set(user, std::mem::take(&mut preferences.mutes));
        state.wishes.by_user.insert(user, preferences);
        Ok(())
    }

    async fn defaults(&self) -> Result<Defaults, StoreError> {
        Ok(self.state()?.wishes.defaults.clone())
    }

    async fn set_defaults(&self, defaults: Defaults) -> Result<(), StoreError> {
        self.state()?.wishes.defaults = defaults;
        Ok(())
    }

    async fn profiles(&self, ids: Vec<UserId>, now: Timestamp) -> Result<Vec<Profile>, StoreError> {
        let state = self.state()?;
        let profile = |id| state.profile(state.users.by_id(id)?.key, now);
        Ok(ids.iter().filter_map(profile).collect())
    }
}

use std::sync::Arc;

use herald_domain::{
    Category, Channel, Choices, Defaults, ItemFilter, Preferences as Wishes, RawPreferences, Rule,
    UserKey, UserPrincipal, Violation, Violations,
};
use herald_ports::{Clock, InboxStore, Position, PreferenceStore, StoreError};

use crate::outreach::{CurrentDefaults, Preview};

/// Why preferences were not served.
#[derive(Debug, thiserror::Error)]
pub enum PreferencesError {
    /// what was given breaks rules
    #[error("{0}")]
    Invalid(Violations),
    /// there is no such user any more
    #[error("there is no such user")]
    Unknown,
    /// the store did not do it
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What users want to hear of, how, and when; and what holds for whoever has not chosen.
pub struct Preferences {
    store: Arc<dyn PreferenceStore>,
    inbox: Arc<dyn InboxStore>,
    defaults: Arc<CurrentDefaults>,
    clock: Arc<dyn Clock>,
}

impl Preferences {
    /// How many of the latest notifications a preview looks at.
    pub const LATEST: usize = 50;

    /// Over a store.
    pub fn new(
        store: Arc<dyn PreferenceStore>,
        inbox: Arc<dyn InboxStore>,
        defaults: Arc<CurrentDefaults>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { store, inbox, defaults, clock }
    }

    /// What the user wants.
    pub async fn get(&self, user: UserKey) -> Result<Wishes, PreferencesError> {
        Ok(self.store.preferences(user, self.clock.now()).await?)
    }

    /// Replaces all that the user wants, for everything that is sent, or decided, from now on; answers what
    /// holds.
    pub async fn set(
        &self,
        user: UserKey,
        raw: RawPreferences,
    ) -> Result<Wishes, PreferencesError> {
        let wishes = Wishes::parse(raw).map_err(PreferencesError::Invalid)?;
        self.store.set_preferences(user, wishes).await?;
        self.get(user).await
    }

    /// What such a change would have meant to the user's latest notifications. Changes nothing.
    pub async fn preview(
        &self,
        user: &UserPrincipal,
        raw: RawPreferences,
    ) -> Result<Preview, PreferencesError> {
        let changed = Wishes::parse(raw).map_err(PreferencesError::Invalid)?;
        let now = self.clock.now();
        let profiles = self.store.profiles(vec![user.id.clone()], now).await?;
        let profile = profiles.into_iter().next().ok_or(PreferencesError::Unknown)?;
        let latest = Position::Cursor(None);
        let page = self.inbox.page(user.key, ItemFilter::default(), latest, Self::LATEST).await?;
        Ok(Preview::of(&page.items, &profile, &changed, &self.defaults.get()))
    }

    /// What holds for whoever has not chosen.
    pub fn defaults(&self) -> Arc<Defaults> {
        self.defaults.get()
    }

    /// Replaces it. Not for everybody: the caller checks who asks.
    pub async fn set_defaults(
        &self,
        default: Choices,
        categories: Vec<(String, Choices)>,
    ) -> Result<Arc<Defaults>, PreferencesError> {
        let mut broken = Violations::default();
        if categories.len() > Wishes::MAX_CATEGORIES {
            let detail = "must hold at most 100";
            broken.push(Violation::new("categories", Rule::TooLong, detail));
        }
        let mut set = Defaults { default, ..Defaults::default() };
        for (category, choices) in categories {
            if let Some(category) = broken.take("categories", category.parse::<Category>()) {
                set.categories.insert(category, choices);
            }
        }
        if std::iter::once(&set.default)
            .chain(set.categories.values())
            .any(|choices| choices.get(Channel::InApp) == Some(false))
        {
            let detail = "only its user turns an inbox off";
            broken.push(Violation::new("in_app", Rule::Forbidden, detail));
        }
        broken.into_result().map_err(PreferencesError::Invalid)?;
        self.defaults.set(set).await?;
        Ok(self.defaults.get())
    }
}

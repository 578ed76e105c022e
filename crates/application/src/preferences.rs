use std::sync::Arc;

use herald_domain::{Mute, RawMute, UserKey, Violations};
use herald_ports::{Clock, PreferenceStore, StoreError};

/// Why preferences were not served.
#[derive(Debug, thiserror::Error)]
pub enum PreferencesError {
    /// what was given breaks rules
    #[error("{0}")]
    Invalid(Violations),
    /// the store did not do it
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a user wants to hear of.
pub struct Preferences {
    store: Arc<dyn PreferenceStore>,
    clock: Arc<dyn Clock>,
}

impl Preferences {
    /// Over a store.
    pub fn new(store: Arc<dyn PreferenceStore>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// The categories that the user mutes now, in their order.
    pub async fn mutes(&self, user: UserKey) -> Result<Vec<Mute>, PreferencesError> {
        Ok(self.store.preferences(user, self.clock.now()).await?.mutes)
    }

    /// Replaces all mutes of the user, for everything that is sent from now on; answers those that
    /// hold.
    pub async fn set_mutes(
        &self,
        user: UserKey,
        raw: Vec<RawMute>,
    ) -> Result<Vec<Mute>, PreferencesError> {
        let mutes = Mute::parse_all(raw).map_err(PreferencesError::Invalid)?;
        let mut preferences = self.store.preferences(user, self.clock.now()).await?;
        preferences.mutes = mutes;
        self.store.set_preferences(user, preferences).await?;
        self.mutes(user).await
    }
}

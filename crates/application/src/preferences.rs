use std::sync::Arc;

use herald_domain::{Mute, RawMute, UserKey, Violations};
use herald_ports::{Clock, MuteStore, StoreError};

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
    mutes: Arc<dyn MuteStore>,
    clock: Arc<dyn Clock>,
}

impl Preferences {
    /// Over a store.
    pub fn new(mutes: Arc<dyn MuteStore>, clock: Arc<dyn Clock>) -> Self {
        Self { mutes, clock }
    }

    /// The categories that the user mutes now, in their order.
    pub async fn mutes(&self, user: UserKey) -> Result<Vec<Mute>, PreferencesError> {
        Ok(self.mutes.mutes(user, self.clock.now()).await?)
    }

    /// Replaces all mutes of the user, for everything that is sent from now on; answers those that
    /// hold.
    pub async fn set_mutes(
        &self,
        user: UserKey,
        raw: Vec<RawMute>,
    ) -> Result<Vec<Mute>, PreferencesError> {
        let mutes = Mute::parse_all(raw).map_err(PreferencesError::Invalid)?;
        self.mutes.set_mutes(user, mutes).await?;
        self.mutes(user).await
    }
}

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use herald_domain::Defaults;
use herald_ports::{PreferenceStore, StoreError};
use tokio::time::sleep;

/// What holds for whoever has not chosen, known without asking the store.
///
/// What another node sets holds here within [`CurrentDefaults::LOOK`].
pub struct CurrentDefaults {
    store: Arc<dyn PreferenceStore>,
    current: RwLock<Arc<Defaults>>,
}

impl CurrentDefaults {
    /// How often it asks the store.
    pub const LOOK: Duration = Duration::from_secs(2);

    /// Knows them already.
    pub fn new(store: Arc<dyn PreferenceStore>, defaults: Defaults) -> Self {
        Self { store, current: RwLock::new(Arc::new(defaults)) }
    }

    /// Reads them.
    pub async fn open(store: Arc<dyn PreferenceStore>) -> Result<Self, StoreError> {
        let defaults = store.defaults().await?;
        Ok(Self::new(store, defaults))
    }

    /// What holds.
    pub fn get(&self) -> Arc<Defaults> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces it, for all nodes.
    pub async fn set(&self, defaults: Defaults) -> Result<(), StoreError> {
        self.store.set_defaults(defaults.clone()).await?;
        self.keep(defaults);
        Ok(())
    }

    /// Follows what other nodes set, until it is dropped.
    pub async fn run(&self) {
        loop {
            sleep(Self::LOOK).await;
            match self.store.defaults().await {
                Ok(defaults) => self.keep(defaults),
                Err(error) => tracing::debug!(%error, "cannot read the defaults of preferences"),
            }
        }
    }

    fn keep(&self, defaults: Defaults) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(defaults);
    }
}

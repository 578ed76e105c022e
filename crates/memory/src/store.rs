use std::sync::{Mutex, MutexGuard, PoisonError};

use herald_domain::Epoch;
use herald_ports::{IdGenerator, StoreError, SystemRandom};

use crate::api_keys::ApiKeys;
use crate::deliveries::Deliveries;
use crate::endpoints::Endpoints;
use crate::fan_out::Outbox;
use crate::inbox::Inboxes;
use crate::leases::Leases;
use crate::mutes::Mutes;
use crate::notifications::Notifications;
use crate::preferences::Wishes;
use crate::sandbox::Sandbox;
use crate::sessions::Sessions;
use crate::settings::Settings;
use crate::suppressions::Suppressions;
use crate::templates::Templates;
use crate::topics::Topics;
use crate::users::Users;

/// Every store port over one state in memory.
///
/// A write holds the lock from its first look to its last change, so each is a transaction, and
/// all happen one after the other.
#[derive(Debug)]
pub struct MemoryStore {
    pub(crate) epoch: Epoch,
    state: Mutex<State>,
}

/// What is stored, by port.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) users: Users,
    pub(crate) sessions: Sessions,
    pub(crate) api_keys: ApiKeys,
    pub(crate) notifications: Notifications,
    pub(crate) outbox: Outbox,
    pub(crate) inboxes: Inboxes,
    pub(crate) topics: Topics,
    pub(crate) mutes: Mutes,
    pub(crate) wishes: Wishes,
    pub(crate) endpoints: Endpoints,
    pub(crate) suppressions: Suppressions,
    pub(crate) deliveries: Deliveries,
    pub(crate) templates: Templates,
    pub(crate) sandbox: Sandbox,
    pub(crate) settings: Settings,
    pub(crate) leases: Leases,
}

impl MemoryStore {
    /// An empty store, whose epoch is the generator's next id.
    pub fn new(ids: &dyn IdGenerator) -> Self {
        Self { epoch: Epoch::new(ids.id()), state: Mutex::default() }
    }

    /// Gives inboxes a window, of one item at least: with each item beyond it the oldest goes, in
    /// the same transaction.
    #[must_use]
    pub fn keeping(mut self, items: u32) -> Self {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        state.inboxes.window = Some(items);
        self
    }

    /// All of the state, for one transaction.
    ///
    /// A panic in the midst of a write may have left half of it behind, so that nothing is answered
    /// any more.
    pub(crate) fn state(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        self.state
            .lock()
            .map_err(|_| StoreError::Corrupt("a write did not come to its end".to_owned()))
    }
}

impl Default for MemoryStore {
    /// An empty store with a random epoch.
    fn default() -> Self {
        Self::new(&SystemRandom)
    }
}

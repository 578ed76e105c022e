use async_trait::async_trait;
use herald_domain::{Mute, Timestamp, UserKey};

use crate::StoreError;

/// What users do not want to hear of.
///
/// While a mute holds, a notification of its category is not delivered to that user, unless it is
/// critical: see [`NotificationStore::append`](crate::NotificationStore::append).
#[async_trait]
pub trait MuteStore: Send + Sync + 'static {
    /// The user's mutes that have not ended at `now`, in the order of their categories.
    async fn mutes(&self, user: UserKey, now: Timestamp) -> Result<Vec<Mute>, StoreError>;

    /// Replaces all mutes of a user by these, which are of a category each.
    async fn set_mutes(&self, user: UserKey, mutes: Vec<Mute>) -> Result<(), StoreError>;
}

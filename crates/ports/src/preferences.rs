use async_trait::async_trait;
use herald_domain::{Channel, ChannelSet, Defaults, Preferences, Timestamp, User, UserId, UserKey};

use crate::StoreError;

/// All that is known of a user when it is decided how they are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// who it is
    pub user: User,
    /// what the user wants
    pub preferences: Preferences,
    /// by which external channels the user has an address: an e-mail address, a telephone, or an
    /// endpoint that is not waiting to be verified
    pub reach: ChannelSet,
    /// by which of them every address is suppressed
    pub suppressed: ChannelSet,
}

impl Profile {
    /// Whether a user who may act has no e-mail address or telephone for that channel, and no endpoint could be
    /// meant: so it is with whoever was given an address in the sandbox.
    pub fn lacks_address(&self, channel: Channel) -> bool {
        let has_own = match channel {
            Channel::Email => self.user.email.is_some(),
            Channel::Sms => self.user.phone.is_some(),
            Channel::InApp | Channel::Push | Channel::WebPush | Channel::Webhook => false,
        };
        !has_own && self.user.disabled_at.is_none()
    }
}

/// What users want to hear of, how, and when.
///
/// While a mute holds, or the inbox is turned off for a category, a notification of that category is not
/// put into that user's inbox, unless it is critical: see
/// [`NotificationStore::append`](crate::NotificationStore::append).
#[async_trait]
pub trait PreferenceStore: Send + Sync + 'static {
    /// What the user wants; of the mutes, those that have not ended at `now`.
    async fn preferences(&self, user: UserKey, now: Timestamp) -> Result<Preferences, StoreError>;

    /// Replaces all that a user wants, for everything that is sent, or decided, from then on.
    async fn set_preferences(
        &self,
        user: UserKey,
        preferences: Preferences,
    ) -> Result<(), StoreError>;

    /// What holds for whoever has not chosen.
    async fn defaults(&self) -> Result<Defaults, StoreError>;

    /// Replaces it.
    async fn set_defaults(&self, defaults: Defaults) -> Result<(), StoreError>;

    /// What is known of each of these users who exists, in the order in which they are named.
    async fn profiles(&self, ids: Vec<UserId>, now: Timestamp) -> Result<Vec<Profile>, StoreError>;
}

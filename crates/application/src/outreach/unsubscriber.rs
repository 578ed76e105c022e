use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use herald_domain::{Category, Channel, UserId};
use herald_ports::{Clock, IdGenerator, PreferenceStore, SettingStore, StoreError, UserStore};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Under which name the key is drawn.
const KEY: &str = "unsubscribe_key";

/// Why nobody was unsubscribed.
#[derive(Debug, thiserror::Error)]
pub enum UnsubscribeError {
    /// the link is none of ours, or of a user who is gone
    #[error("the link is not valid")]
    Invalid,
    /// the store did not do it
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a link ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsubscribe {
    /// whose messages
    pub user: UserId,
    /// by which channel
    pub channel: Channel,
    /// of which category; all that have none of their own choice, if `None`
    pub category: Option<Category>,
}

/// Lets whoever got a message end messages like it by its link alone (RFC 8058), which is why the link is
/// signed. A link does not end, for a mail does not either.
pub struct Unsubscriber {
    /// of the length of a block of SHA-256
    key: [u8; 64],
    base: String,
    users: Arc<dyn UserStore>,
    preferences: Arc<dyn PreferenceStore>,
    clock: Arc<dyn Clock>,
}

impl Unsubscriber {
    /// Signs with the key that all nodes of the store share. Links begin with `base`, and end with the token.
    pub async fn open(
        settings: &dyn SettingStore,
        random: &dyn IdGenerator,
        base: String,
        users: Arc<dyn UserStore>,
        preferences: Arc<dyn PreferenceStore>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let new = [random.secret(), random.secret()].concat();
        let drawn = settings.draw(KEY, BASE64.encode(new)).await?;
        let bytes = BASE64.decode(drawn).ok().and_then(|bytes| bytes.try_into().ok());
        let key = bytes.ok_or_else(|| StoreError::Corrupt(format!("setting {KEY} is no key")))?;
        Ok(Self { key, base, users, preferences, clock })
    }

    /// The link that ends messages of that category by that channel.
    pub fn link(&self, user: &UserId, channel: Channel, category: Option<&Category>) -> String {
        let category = category.map_or("", |category| category.as_str());
        // no part has a space in it
        let what = format!("{} {} {category}", user.as_str(), channel.as_str());
        let signature = self.signature(what.as_bytes()).finalize().into_bytes();
        let token = format!("{}.{}", BASE64.encode(&what), BASE64.encode(signature));
        format!("{}{token}", self.base)
    }

    /// What a token ends.
    pub fn read(&self, token: &str) -> Result<Unsubscribe, UnsubscribeError> {
        self.parse(token).ok_or(UnsubscribeError::Invalid)
    }

    fn parse(&self, token: &str) -> Option<Unsubscribe> {
        let (what, signature) = token.split_once('.')?;
        let (what, signature) = (BASE64.decode(what).ok()?, BASE64.decode(signature).ok()?);
        // in constant time
        self.signature(&what).verify_slice(&signature).ok()?;
        let what = String::from_utf8(what).ok()?;
        let mut parts = what.split(' ');
        let (user, channel) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let category = match parts.next()? {
            "" => None,
            category => Some(category.parse().ok()?),
        };
        Some(Unsubscribe { user, channel, category })
    }

    /// Does what a token says. Twice is once.
    pub async fn unsubscribe(&self, token: &str) -> Result<Unsubscribe, UnsubscribeError> {
        let what = self.read(token)?;
        let user = self.users.by_id(what.user.clone()).await?.ok_or(UnsubscribeError::Invalid)?;
        let mut preferences = self.preferences.preferences(user.key, self.clock.now()).await?;
        match &what.category {
            Some(category) => {
                let choices = preferences.categories.entry(category.clone()).or_default();
                choices.set(what.channel, false);
            }
            None => preferences.default.set(what.channel, false),
        }
        self.preferences.set_preferences(user.key, preferences).await?;
        Ok(what)
    }

    fn signature(&self, what: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::new(&self.key.into());
        mac.update(what);
        mac
    }
}

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Channel, DeviceToken, Email, Phone, WebhookUrl};

/// How a browser is reached: what `PushSubscription.toJSON()` gives (W3C Push API).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PushSubscription {
    /// where the push service takes messages for it
    pub endpoint: WebhookUrl,
    /// the browser's public key: 65 bytes in base64url
    pub p256dh: Box<str>,
    /// the secret that goes into the encryption: 16 bytes in base64url
    pub auth: Box<str>,
}

/// A secret that signs requests to a webhook: `whsec_` and base64, as Standard Webhooks writes it.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SigningSecret(Box<str>);

/// A server of a user's, and how it knows that a request is ours.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Webhook {
    /// where requests go
    pub url: WebhookUrl,
    /// what signs them, the newest first; more than one while they are rotated
    pub secrets: Vec<SigningSecret>,
}

/// Where an external channel reaches somebody.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the address of the channel of that name")]
pub enum Address {
    Email(Email),
    Sms(Phone),
    Push(DeviceToken),
    WebPush(PushSubscription),
    Webhook(Webhook),
}

impl Address {
    /// The channel that it is an address of.
    pub fn channel(&self) -> Channel {
        match self {
            Self::Email(_) => Channel::Email,
            Self::Sms(_) => Channel::Sms,
            Self::Push(_) => Channel::Push,
            Self::WebPush(_) => Channel::WebPush,
            Self::Webhook(_) => Channel::Webhook,
        }
    }

    /// The server that it leads to, with its port, if each address has its own.
    pub fn host(&self) -> Option<&str> {
        let url = match self {
            Self::WebPush(subscription) => &subscription.endpoint,
            Self::Webhook(webhook) => &webhook.url,
            Self::Email(_) | Self::Sms(_) | Self::Push(_) => return None,
        };
        let (_, rest) = url.as_str().split_once("://")?;
        rest.split(['/', '?', '#']).next()
    }
}

impl SigningSecret {
    /// What its text begins with.
    pub const PREFIX: &str = "whsec_";

    /// Wraps a text of [`SigningSecret::PREFIX`] and the base64 of 24 to 64 random bytes.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text, for whoever signs, or is shown it once.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        let secret = SigningSecret::new("whsec_c2VjcmV0");
        assert!(!format!("{secret:?}").contains("c2Vj"));
    }
}

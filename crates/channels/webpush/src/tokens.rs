use std::sync::Arc;
use std::time::Duration;

use herald_domain::{Email, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use quick_cache::sync::Cache;
use serde::Serialize;
use url::Url;

use crate::vapid_key::{NotAKey, VapidKey};

/// How long a token is good; RFC 8292 allows a day, and clocks differ.
const LIFE: Duration = Duration::from_secs(12 * 60 * 60);
/// How long it must be good for to be used, so that it does not end on its way.
const LEFT: Duration = Duration::from_secs(60 * 60);
/// For how many push services tokens are kept: there are a handful, but anybody may name one.
const KEPT: usize = 64;

/// Why there is no channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoChannel {
    /// push services want to know whom to ask
    #[error("contact must be mailto: with an address, or an https: url")]
    Contact,
    /// the key cannot sign
    #[error(transparent)]
    Key(#[from] NotAKey),
}

/// Says to push services who we are (VAPID, RFC 8292).
pub(crate) struct Tokens {
    key: EncodingKey,
    public_key: String,
    contact: String,
    /// by the origin of the push service
    made: Cache<String, Arc<Token>>,
}

/// A signed token (JWT).
pub(crate) struct Token {
    pub(crate) text: String,
    ends: Timestamp,
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    exp: i64,
    sub: &'a str,
}

impl Tokens {
    pub(crate) fn new(key: &VapidKey, contact: &str) -> Result<Self, NoChannel> {
        let good = match contact.strip_prefix("mailto:") {
            Some(address) => address.parse::<Email>().is_ok(),
            None => Url::parse(contact).is_ok_and(|url| url.scheme() == "https"),
        };
        if !good {
            return Err(NoChannel::Contact);
        }
        let (key, public_key) = (key.signing()?, key.public_key());
        Ok(Self { key, public_key, contact: contact.to_owned(), made: Cache::new(KEPT) })
    }

    /// A token for a push service: one that is there, if it is good for an hour more.
    pub(crate) fn token(
        &self,
        audience: &str,
        now: Timestamp,
    ) -> Result<Arc<Token>, jsonwebtoken::errors::Error> {
        let made = self.made.get(audience).filter(|token| {
            // one that is good for longer was made before the clock was set back
            now.plus(LEFT) <= token.ends && token.ends <= now.plus(LIFE)
        });
        if let Some(token) = made {
            return Ok(token);
        }
        let token = Arc::new(self.make(audience, now)?);
        self.made.insert(audience.to_owned(), token.clone());
        Ok(token)
    }

    /// The `Authorization` that shows a token.
    pub(crate) fn authorization(&self, token: &Token) -> String {
        format!("vapid t={}, k={}", token.text, self.public_key)
    }

    fn make(&self, aud: &str, now: Timestamp) -> Result<Token, jsonwebtoken::errors::Error> {
        let ends = now.plus(LIFE);
        let exp = ends.as_micros().div_euclid(1_000_000);
        let claims = Claims { aud, exp, sub: &self.contact };
        let text = jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &self.key)?;
        Ok(Token { text, ends })
    }
}

#[cfg(test)]
mod tests {
    use herald_contract::fixtures::{CountingIds, NOW, later};

    use super::*;

    fn tokens() -> Tokens {
        let key = VapidKey::generate(&CountingIds::default());
        Tokens::new(&key, "mailto:admin@example.com").unwrap()
    }

    #[test]
    fn a_token_serves_until_its_last_hour() {
        let tokens = tokens();
        let at = |now| tokens.token("https://push.example.net", now).unwrap().text.clone();
        let first = at(later(0));
        assert_eq!(at(later(11 * 3600)), first);
        let second = at(later(11 * 3600 + 1));
        assert_ne!(second, first);
        assert_eq!(at(later(22 * 3600)), second);
    }

    #[test]
    fn no_token_is_good_for_more_than_twelve_hours() {
        let tokens = tokens();
        let at = |now| tokens.token("https://push.example.net", now).unwrap().text.clone();
        let ahead = at(later(3600));
        assert_ne!(at(NOW), ahead, "the clock was set back");
    }

    #[test]
    fn each_push_service_has_its_own() {
        let tokens = tokens();
        let of = |audience: &str| tokens.token(audience, NOW).unwrap().text.clone();
        let first = of("https://a.example.net");
        assert_ne!(of("https://b.example.net"), first);
        assert_eq!(of("https://a.example.net"), first);
        for other in 0..10 * KEPT {
            of(&format!("https://{other}.example.net"));
        }
        assert!(tokens.made.len() <= KEPT, "who names many does not fill the memory");
    }

    #[test]
    fn a_contact_can_be_asked() {
        let key = VapidKey::generate(&CountingIds::default());
        for good in ["mailto:admin@example.com", "https://example.com/contact"] {
            assert!(Tokens::new(&key, good).is_ok(), "{good}");
        }
        for bad in
            ["", "admin@example.com", "mailto:admin", "mailto:", "http://example.com", "https:"]
        {
            assert_eq!(Tokens::new(&key, bad).err(), Some(NoChannel::Contact), "{bad}");
        }
    }
}

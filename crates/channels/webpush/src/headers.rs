use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use herald_domain::{CollapseKey, Priority};
use herald_ports::Outgoing;
use sha2::{Digest, Sha256};

/// The longest that push services keep a message.
const LONGEST: Duration = Duration::from_secs(28 * 24 * 60 * 60);
/// How long they keep one that does not expire: who comes back after a day finds it in the inbox, and a
/// device that was off for weeks should not show them all at once.
const USUAL: Duration = Duration::from_secs(24 * 60 * 60);

/// How long the push service keeps a message for a browser that is away, in seconds (RFC 8030, 5.2).
pub(crate) fn ttl(message: &Outgoing) -> u64 {
    let left = match message.expires_at {
        Some(at) => {
            let micros = at.as_micros().saturating_sub(message.now.as_micros());
            Duration::from_micros(micros.try_into().unwrap_or(0))
        }
        None => USUAL,
    };
    left.min(LONGEST).as_secs()
}

/// Which browsers are woken for it (RFC 8030, 5.3).
pub(crate) fn urgency(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "low",
        Priority::Medium => "normal",
        Priority::High | Priority::Critical => "high",
    }
}

/// What replaces each other while the browser is away (RFC 8030, 5.4): 32 characters of base64url at
/// most, so that the key itself does not fit. A digest replaces nothing.
pub(crate) fn topic(message: &Outgoing) -> Option<String> {
    let [notification] = &*message.notifications else { return None };
    let key: &CollapseKey = notification.content.collapse_key.as_ref()?;
    Some(URL_SAFE_NO_PAD.encode(&Sha256::digest(key.as_str())[..24]))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use herald_contract::fixtures::{later, notification, outgoing};
    use herald_domain::{Address, Timestamp};

    use super::*;

    fn message() -> Outgoing {
        outgoing(Address::Email("alice@example.com".parse().unwrap()))
    }

    #[test]
    fn a_message_is_kept_until_it_expires() {
        let until = |expires_at| ttl(&Outgoing { expires_at, ..message() });
        assert_eq!(until(None), 86_400);
        assert_eq!(until(Some(later(0))), 0);
        assert_eq!(until(Some(later(90))), 90);
        assert_eq!(until(Some(later(28 * 86_400 + 1))), 28 * 86_400);
        assert_eq!(until(Some(Timestamp::from_micros(i64::MAX))), 28 * 86_400);
        assert_eq!(until(Some(Timestamp::from_micros(i64::MIN))), 0);
    }

    #[test]
    fn what_replaces_each_other_has_one_topic() {
        let with = |key: &str| {
            let mut one = notification(5, "x");
            one.content.collapse_key = Some(key.parse().unwrap());
            Outgoing { notifications: vec![Arc::new(one)], ..message() }
        };
        let topic_of = |key| topic(&with(key)).unwrap();
        assert_eq!(topic_of("build-7"), topic_of("build-7"));
        assert_ne!(topic_of("build-7"), topic_of("build-8"));
        let long = topic_of(&"é".repeat(128));
        assert_eq!(long.len(), 32);
        assert!(long.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));

        assert_eq!(topic(&message()), None);
        let mut digest = with("build-7");
        digest.notifications.push(Arc::new(notification(6, "y")));
        assert_eq!(topic(&digest), None);
    }

    #[test]
    fn what_is_pressing_wakes_more_browsers() {
        let said: Vec<_> = Priority::ALL.iter().map(|priority| urgency(*priority)).collect();
        assert_eq!(said, ["low", "normal", "high", "high"]);
    }
}

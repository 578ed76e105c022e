use std::time::{Duration, UNIX_EPOCH};

use herald_domain::Timestamp;
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// The longest time that a provider is left alone, whatever it asks for.
const MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// What `Retry-After` asks for (RFC 9110 section 10.2.3): seconds, or a moment, which is held against
/// `now`. At most a day; nothing, if it cannot be read.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let asked = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // more seconds than can be counted are more than a day
        text.parse().map_or(MAX, Duration::from_secs)
    } else {
        let at = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
        at.saturating_sub(Duration::from_micros(now.as_micros().try_into().unwrap_or(0)))
    };
    Some(asked.min(MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Option<Duration> {
        let now = Timestamp::parse("1994-11-06T08:49:07Z").unwrap();
        let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
        retry_after(&headers, now)
    }

    #[test]
    fn seconds_are_taken_as_they_are() {
        assert_eq!(asked("120"), Some(Duration::from_secs(120)));
        assert_eq!(asked(" 0 "), Some(Duration::ZERO));
    }

    #[test]
    fn a_moment_is_held_against_now() {
        // the three forms of RFC 9110 section 5.6.7
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(asked(text), Some(Duration::from_secs(30)), "{text}");
        }
        assert_eq!(asked("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
    }

    #[test]
    fn nobody_is_left_alone_for_more_than_a_day() {
        for text in ["86401", "99999999999999999999999", "Tue, 15 Nov 2044 08:12:31 GMT"] {
            assert_eq!(asked(text), Some(MAX), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_asks_for_nothing() {
        for text in ["", "-1", "1.5", "soon", "Sun, 06 Nov"] {
            assert_eq!(asked(text), None, "{text}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), Timestamp::from_micros(0)), None);
    }
}

use std::time::Duration;

use actix_web::http::header::HeaderValue;
use metrics::{Counter, counter};
use tokio::time::Instant;

use super::quota::Quota;
use super::{Class, Counted, Rate};

/// How somebody stands after a request.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub(super) class: Class,
    /// the class' quota, as a header says it
    pub(super) policy: HeaderValue,
    /// how many requests are left
    pub(super) remaining: u32,
    /// in how many seconds there may be one more
    pub(super) seconds: u64,
    /// whether the request was one too many
    pub(super) is_refused: bool,
}

/// One class: its quota, and who has used how much of it.
pub(super) struct Limiter {
    class: Class,
    policy: HeaderValue,
    /// seconds until one request more is free, once some are used
    interval: u64,
    quota: Quota,
    refused: Counter,
}

impl Limiter {
    pub(super) fn new(class: Class, rate: Rate) -> Self {
        let policy = format!("\"{}\";q={};w={}", class.as_str(), rate.quota(), rate.seconds());
        Self {
            class,
            policy: HeaderValue::try_from(policy)
                .unwrap_or_else(|_| unreachable!("a name and numbers are a header")),
            interval: whole_seconds(rate.interval()),
            quota: Quota::new(rate),
            refused: counter!("herald_http_requests_limited_total", "class" => class.as_str()),
        }
    }

    /// Counts one more request. One that is refused does not count.
    pub(super) fn count(&self, who: &Counted, now: Instant) -> Standing {
        let (remaining, seconds, is_refused) = match self.quota.take(who, now) {
            Ok(left) => (left, self.interval, false),
            Err(wait) => {
                self.refused.increment(1);
                (0, whole_seconds(wait), true)
            }
        };
        let policy = self.policy.clone();
        Standing { class: self.class, policy, remaining, seconds, is_refused }
    }

    /// Notes that so many requests were counted elsewhere.
    pub(super) fn owe(&self, who: Counted, times: u32, now: Instant) {
        self.quota.owe(who, times, now);
    }

    /// Forgets who has all of the quota.
    pub(super) fn forget(&self, now: Instant) {
        self.quota.forget(now);
    }
}

/// Rounded up, and never nothing: whoever waits as long has waited long enough.
fn whole_seconds(time: Duration) -> u64 {
    (time.as_secs() + u64::from(time.subsec_nanos() > 0)).max(1)
}

#[cfg(test)]
mod tests {
    use herald_domain::UserKey;

    use super::*;

    const ALICE: Counted = Counted::User(UserKey::new(1));
    const BOB: Counted = Counted::User(UserKey::new(2));

    /// Ten requests a minute: one more is free every six seconds.
    fn ten_a_minute() -> (Limiter, Instant) {
        (Limiter::new(Class::Send, "10/min".parse().unwrap()), Instant::now())
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn all_of_the_quota_may_be_used_at_once_and_counts_down() {
        let (limiter, now) = ten_a_minute();
        for left in (0..10).rev() {
            let standing = limiter.count(&ALICE, now);
            assert_eq!((standing.remaining, standing.is_refused), (left, false));
            assert_eq!(standing.policy, "\"send\";q=10;w=60");
            assert_eq!(standing.seconds, 6);
        }
        assert!(limiter.count(&ALICE, now).is_refused);
    }

    #[test]
    fn who_waits_as_long_as_told_is_let_in_once() {
        let (limiter, mut now) = ten_a_minute();
        (0..10).for_each(|_| drop(limiter.count(&ALICE, now)));
        now += Duration::from_millis(500);
        let refused = limiter.count(&ALICE, now);
        // 5.5 seconds, rounded up
        assert_eq!((refused.remaining, refused.seconds, refused.is_refused), (0, 6, true));
        now += seconds(refused.seconds);
        assert!(!limiter.count(&ALICE, now).is_refused);
        assert!(limiter.count(&ALICE, now).is_refused, "only one came back");
        now += seconds(60);
        assert_eq!(limiter.count(&ALICE, now).remaining, 9);
    }

    #[test]
    fn a_wait_is_at_least_a_second() {
        let limiter = Limiter::new(Class::Read, "1000/s".parse().unwrap());
        let now = Instant::now();
        (0..1_000).for_each(|_| drop(limiter.count(&ALICE, now)));
        let refused = limiter.count(&ALICE, now);
        assert_eq!((refused.seconds, refused.is_refused), (1, true));
    }

    #[test]
    fn nobody_uses_what_is_somebody_elses() {
        let (limiter, now) = ten_a_minute();
        (0..11).for_each(|_| drop(limiter.count(&ALICE, now)));
        assert_eq!(limiter.count(&BOB, now).remaining, 9);
    }

    #[test]
    fn what_was_used_elsewhere_is_missing_here() {
        let (limiter, now) = ten_a_minute();
        limiter.owe(ALICE, 7, now);
        assert_eq!(limiter.count(&ALICE, now).remaining, 2);
        assert_eq!(limiter.count(&BOB, now).remaining, 9);
    }

    #[test]
    fn what_was_used_too_much_is_waited_for() {
        let (limiter, now) = ten_a_minute();
        (0..10).for_each(|_| drop(limiter.count(&ALICE, now)));
        limiter.owe(ALICE, 10, now);
        let refused = limiter.count(&ALICE, now);
        assert_eq!((refused.remaining, refused.seconds, refused.is_refused), (0, 66, true));
        assert!(limiter.count(&ALICE, now + seconds(65)).is_refused);
        assert!(!limiter.count(&ALICE, now + seconds(66)).is_refused);
    }

    #[test]
    fn no_debt_is_too_large_to_be_reckoned_with() {
        let limiter = Limiter::new(Class::Send, "1/h".parse().unwrap());
        let now = Instant::now();
        // so often that no clock could show when it is paid
        (0..600_000).for_each(|_| limiter.owe(ALICE, u32::MAX, now));
        assert!(limiter.count(&ALICE, now).is_refused);
    }

    #[test]
    fn who_has_all_of_the_quota_back_is_forgotten() {
        let (limiter, now) = ten_a_minute();
        (0..10).for_each(|_| drop(limiter.count(&ALICE, now)));
        (10..1_010).for_each(|key| drop(limiter.count(&Counted::User(UserKey::new(key)), now)));
        let later = now + seconds(30);
        limiter.forget(later);
        assert_eq!(limiter.quota.len(), 1, "whoever asked once has had it back after 6 seconds");
        assert_eq!(limiter.count(&ALICE, later).remaining, 4);
    }
}

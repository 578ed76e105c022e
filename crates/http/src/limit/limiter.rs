use std::time::Duration;

use actix_web::http::header::HeaderValue;
use governor::clock::{Clock, MonotonicClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use herald_domain::{ApiKeyId, UserKey, Username};
use metrics::{Counter, counter};

use super::{Class, Network, Rate};

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Counted {
    User(UserKey),
    ApiKey(ApiKeyId),
    Network(Network),
    /// in lower case, for case does not distinguish
    Account(Username),
}

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

/// One class: its quota, and who has used how much of it. The time is monotonic, for it bounds a wait.
pub(super) struct Limiter<C: Clock = MonotonicClock> {
    class: Class,
    policy: HeaderValue,
    /// seconds until one request more is free, once some are used
    interval: u64,
    used: RateLimiter<Counted, DashMapStateStore<Counted>, C, StateInformationMiddleware>,
    refused: Counter,
}

impl Limiter {
    pub(super) fn new(class: Class, rate: Rate) -> Self {
        Self::with_clock(class, rate, MonotonicClock)
    }
}

impl<C: Clock> Limiter<C> {
    fn with_clock(class: Class, rate: Rate, clock: C) -> Self {
        let quota = Quota::with_period(rate.interval())
            .unwrap_or_else(|| unreachable!("an interval is never nothing"))
            .allow_burst(rate.quota());
        let policy = format!("\"{}\";q={};w={}", class.as_str(), rate.quota(), rate.seconds());
        Self {
            class,
            policy: HeaderValue::try_from(policy)
                .unwrap_or_else(|_| unreachable!("a name and numbers are a header")),
            interval: whole_seconds(rate.interval()),
            used: RateLimiter::dashmap_with_clock(quota, clock).with_middleware(),
            refused: counter!("herald_http_requests_limited_total", "class" => class.as_str()),
        }
    }

    /// Counts one more request. One that is refused does not count.
    pub(super) fn count(&self, key: &Counted) -> Standing {
        let (remaining, seconds, is_refused) = match self.used.check_key(key) {
            Ok(state) => (state.remaining_burst_capacity(), self.interval, false),
            Err(until) => {
                self.refused.increment(1);
                (0, whole_seconds(until.wait_time_from(self.used.clock().now())), true)
            }
        };
        let policy = self.policy.clone();
        Standing { class: self.class, policy, remaining, seconds, is_refused }
    }

    /// Forgets who has all of the quota.
    pub(super) fn forget(&self) {
        self.used.retain_recent();
        self.used.shrink_to_fit();
    }
}

/// Rounded up, and never nothing: whoever waits as long has waited long enough.
fn whole_seconds(time: Duration) -> u64 {
    (time.as_secs() + u64::from(time.subsec_nanos() > 0)).max(1)
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    /// Ten logins a minute: one more is free every six seconds.
    fn ten_a_minute() -> (Limiter<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        let rate = "10/min".parse().unwrap();
        (Limiter::with_clock(Class::Account, rate, clock.clone()), clock)
    }

    fn account(name: &str) -> Counted {
        Counted::Account(name.parse().unwrap())
    }

    #[test]
    fn all_of_the_quota_may_be_used_at_once_and_counts_down() {
        let (limiter, _) = ten_a_minute();
        for left in (0..10).rev() {
            let standing = limiter.count(&account("alice"));
            assert_eq!((standing.remaining, standing.is_refused), (left, false));
            assert_eq!(standing.policy, "\"account\";q=10;w=60");
            assert_eq!(standing.seconds, 6);
        }
        assert!(limiter.count(&account("alice")).is_refused);
    }

    #[test]
    fn who_waits_as_long_as_told_is_let_in_once() {
        let (limiter, clock) = ten_a_minute();
        (0..10).for_each(|_| drop(limiter.count(&account("alice"))));
        clock.advance(Duration::from_millis(500));
        let refused = limiter.count(&account("alice"));
        // 5.5 seconds, rounded up
        assert_eq!((refused.remaining, refused.seconds, refused.is_refused), (0, 6, true));
        clock.advance(Duration::from_secs(refused.seconds));
        assert!(!limiter.count(&account("alice")).is_refused);
        assert!(limiter.count(&account("alice")).is_refused, "only one came back");
        clock.advance(Duration::from_secs(60));
        assert_eq!(limiter.count(&account("alice")).remaining, 9);
    }

    #[test]
    fn a_wait_is_at_least_a_second() {
        let clock = FakeRelativeClock::default();
        let limiter = Limiter::with_clock(Class::Read, "1000/s".parse().unwrap(), clock);
        (0..1_000).for_each(|_| drop(limiter.count(&Counted::User(UserKey::new(1)))));
        let refused = limiter.count(&Counted::User(UserKey::new(1)));
        assert_eq!((refused.seconds, refused.is_refused), (1, true));
    }

    #[test]
    fn nobody_uses_what_is_somebody_elses() {
        let (limiter, _) = ten_a_minute();
        (0..11).for_each(|_| drop(limiter.count(&account("alice"))));
        assert_eq!(limiter.count(&account("bob")).remaining, 9);
    }

    #[test]
    fn who_has_all_of_the_quota_back_is_forgotten() {
        let (limiter, clock) = ten_a_minute();
        (0..10).for_each(|_| drop(limiter.count(&account("alice"))));
        (0..1_000).for_each(|nth| drop(limiter.count(&account(&format!("u{nth}")))));
        clock.advance(Duration::from_secs(30));
        limiter.forget();
        assert_eq!(limiter.used.len(), 1, "whoever asked once has had it back after 6 seconds");
        assert_eq!(limiter.count(&account("alice")).remaining, 4);
    }
}

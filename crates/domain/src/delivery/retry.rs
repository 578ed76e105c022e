use std::time::Duration;

use crate::Timestamp;

/// How often, and when, something that failed for now is tried again.
///
/// The wait is drawn between zero and a bound that doubles with each attempt ("full jitter", by which
/// many that failed together do not come back together).
///
/// ```
/// use std::time::Duration;
/// use herald_domain::{Next, RetryPolicy, Timestamp};
///
/// let policy = RetryPolicy::default();
/// let now = Timestamp::from_micros(0);
/// assert_eq!(policy.next(1, now, u64::MAX, None, None), Next::At(now.plus(Duration::from_secs(10))));
/// assert_eq!(policy.next(3, now, 0, None, None), Next::Exhausted);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// how many attempts there are in all, at least one
    pub attempts: u32,
    /// the bound of the first wait
    pub base: Duration,
    /// what no bound exceeds
    pub cap: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { attempts: 3, base: Duration::from_secs(10), cap: Duration::from_secs(600) }
    }
}

/// What follows on an attempt that failed for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// another one at that time
    At(Timestamp),
    /// none: there were enough
    Exhausted,
    /// none: it would come too late
    Expired,
}

impl RetryPolicy {
    /// What follows on the attempt of that number, from 1, which ended `now`.
    ///
    /// `random` is drawn evenly from all numbers. The provider is left alone for as long as it asks
    /// for, whatever was drawn. Nothing is tried at `expires_at` or later.
    pub fn next(
        &self,
        attempt: u32,
        now: Timestamp,
        random: u64,
        retry_after: Option<Duration>,
        expires_at: Option<Timestamp>,
    ) -> Next {
        if attempt >= self.attempts {
            return Next::Exhausted;
        }
        let bound = self.bound(attempt);
        let drawn = bound.mul_f64(random as f64 / u64::MAX as f64);
        let at = now.plus(drawn.max(retry_after.unwrap_or_default()));
        match expires_at {
            Some(end) if at >= end => Next::Expired,
            _ => Next::At(at),
        }
    }

    /// The longest wait after that attempt, unless the provider asks for more.
    pub fn bound(&self, attempt: u32) -> Duration {
        let doubled = 1u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
        self.base.saturating_mul(doubled).min(self.cap)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seconds(range: std::ops::Range<u64>) -> impl Strategy<Value = Duration> {
        range.prop_map(Duration::from_secs)
    }

    proptest! {
        #[test]
        fn a_wait_keeps_its_bounds(
            attempt in 1..40u32, attempts in 1..50u32, random: u64,
            base in seconds(0..100), cap in seconds(0..10_000),
            retry_after in prop::option::of(seconds(0..100_000)),
            expires_in in prop::option::of(seconds(0..100_000)),
        ) {
            let policy = RetryPolicy { attempts, base, cap };
            let now = Timestamp::from_micros(1_700_000_000_000_000);
            let end = expires_in.map(|span| now.plus(span));
            match policy.next(attempt, now, random, retry_after, end) {
                Next::Exhausted => prop_assert!(attempt >= attempts),
                Next::At(at) => {
                    let wait = at.since(now);
                    prop_assert!(attempt < attempts);
                    prop_assert!(wait >= retry_after.unwrap_or_default());
                    prop_assert!(wait <= cap.max(retry_after.unwrap_or_default()));
                    prop_assert!(end.is_none_or(|end| at < end));
                }
                Next::Expired => prop_assert!(attempt < attempts && end.is_some()),
            }
        }

        #[test]
        fn a_bound_never_shrinks(attempt in 1..60u32, base in seconds(1..100), cap in seconds(1..10_000)) {
            let policy = RetryPolicy { attempts: 100, base, cap };
            prop_assert!(policy.bound(attempt) <= policy.bound(attempt + 1));
            prop_assert!(policy.bound(attempt) <= cap);
        }
    }

    #[test]
    fn waits_are_spread_evenly() {
        let policy = RetryPolicy::default();
        let now = Timestamp::from_micros(0);
        let waits = (0..=100).map(|part| policy.next(2, now, u64::MAX / 100 * part, None, None));
        let sum: u64 = waits
            .map(|next| match next {
                Next::At(at) => at.since(now).as_millis() as u64,
                other => panic!("{other:?}"),
            })
            .sum();
        assert_eq!((sum as f64 / 101.0 / 100.0).round(), 100.0, "the mean of 0 to 20 s is 10 s");
    }
}

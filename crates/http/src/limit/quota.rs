use std::time::Duration;

use dashmap::DashMap;
use tokio::time::Instant;

use super::{Counted, Rate};

/// Who has used how much of a quota: the generic cell rate algorithm. Time is monotonic, for it bounds
/// a wait.
///
/// Of each caller one moment is kept: when all of the quota will be back. A request puts it off by the
/// time in which one comes back, and is refused if that would be further away than a whole quota takes.
/// What was used elsewhere puts it off without asking, so that it may be further away than that: such a
/// debt takes its time, too.
pub(super) struct Quota {
    /// after what time one request more is free
    interval: Duration,
    /// after what time all of them are
    whole: Duration,
    back: DashMap<Counted, Instant>,
}

impl Quota {
    pub(super) fn new(rate: Rate) -> Self {
        let interval = rate.interval();
        Self { interval, whole: interval * rate.quota().get(), back: DashMap::new() }
    }

    /// Uses one. How many are left; or how long to wait, if there is none.
    pub(super) fn take(&self, who: &Counted, now: Instant) -> Result<u32, Duration> {
        let mut back = self.back.entry(who.clone()).or_insert(now);
        let after = (*back).max(now) + self.interval;
        let limit = now + self.whole;
        if after > limit {
            return Err(after - limit);
        }
        *back = after;
        let left = (limit - after).as_nanos() / self.interval.as_nanos();
        Ok(u32::try_from(left).unwrap_or(u32::MAX))
    }

    /// Notes that so many were used elsewhere.
    pub(super) fn owe(&self, who: Counted, times: u32, now: Instant) {
        let mut back = self.back.entry(who).or_insert(now);
        // what cannot be reckoned with was never used
        if let Some(after) = (*back).max(now).checked_add(self.interval.saturating_mul(times)) {
            *back = after;
        }
    }

    /// Forgets who has all of it back.
    pub(super) fn forget(&self, now: Instant) {
        self.back.retain(|_, back| *back > now);
        self.back.shrink_to_fit();
    }

    /// How many callers are remembered.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.back.len()
    }
}

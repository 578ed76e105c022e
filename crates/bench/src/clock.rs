//! The only place that takes the time: a load generator has no other clock than the machine's.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// This moment, monotonic.
#[expect(clippy::disallowed_methods, reason = "measuring time is what this crate is for")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The time of day in seconds since 1970, for tokens.
#[expect(clippy::disallowed_methods, reason = "there is no core here, and so no Clock port")]
pub(crate) fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

/// A duration in nanoseconds.
pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

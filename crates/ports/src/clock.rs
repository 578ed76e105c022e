use std::time::SystemTime;

use async_trait::async_trait;
use herald_domain::Timestamp;

use crate::StoreError;

/// The time of day.
pub trait Clock: Send + Sync + 'static {
    /// The present moment. May step backwards when the machine's clock is set.
    fn now(&self) -> Timestamp;
}

/// The clock of a store: one for all processes that use it, whatever their own machines say.
#[async_trait]
pub trait StoreClock: Send + Sync + 'static {
    /// The present moment.
    async fn time(&self) -> Result<Timestamp, StoreError>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the port that everybody else asks")]
    fn now(&self) -> Timestamp {
        let since_1970 =
            SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since_1970.as_micros()).unwrap_or(i64::MAX))
    }
}

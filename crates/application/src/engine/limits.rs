use std::sync::Arc;
use std::time::Duration;

use herald_domain::{Address, Channel, RetryPolicy, UserId};
use herald_ports::DeliveryChannel;

/// A way out of Herald, and how much is asked of it.
#[derive(Clone)]
pub struct Provider {
    /// the way
    pub channel: Arc<dyn DeliveryChannel>,
    /// how much is asked of it
    pub limits: Limits,
    /// gives whoever has no address one that nobody is reached by, for the sandbox
    pub stand_in: Option<StandIn>,
}

/// An address for whoever has none.
pub type StandIn = fn(Channel, &UserId) -> Option<Address>;

/// How much one process asks of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// how many attempts are made at a time
    pub concurrency: usize,
    /// how long one may take
    pub timeout: Duration,
    /// when what failed for now is tried again
    pub retry: RetryPolicy,
    /// how much longer than two attempts what was taken on stays with who took it, should that process die
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            concurrency: 16,
            timeout: Duration::from_secs(15),
            retry: RetryPolicy::default(),
            grace: Duration::from_secs(60),
        }
    }
}

impl Limits {
    /// How long a delivery is taken on for: while it waits for its turn, during the attempt, and until that is
    /// recorded.
    pub(super) fn lease(&self) -> Duration {
        self.timeout * 2 + self.grace
    }
}

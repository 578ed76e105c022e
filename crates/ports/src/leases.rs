use std::time::Duration;

use async_trait::async_trait;

use crate::StoreError;

/// A lease: the right to do what only one process should do at a time.
///
/// It saves work, and no more: whoever had it may go on for a moment without, when a process
/// stood still or its answer was late, so that what is done under it must bear being done twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lease {
    /// removing what has its time behind it
    Janitor,
}

impl Lease {
    /// The name that it is kept under.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Janitor => "janitor",
        }
    }
}

/// Who has which lease, for all processes that use the store.
///
/// Time is that of the store, so that it does not matter whether the clocks of its users agree.
#[async_trait]
pub trait LeaseStore: Send + Sync + 'static {
    /// Takes a lease, or keeps it: for that long from now. `false` if somebody else has it.
    async fn hold(&self, lease: Lease, holder: &str, length: Duration) -> Result<bool, StoreError>;

    /// Gives a lease back. Nothing to do for whoever has it not.
    async fn release(&self, lease: Lease, holder: &str) -> Result<(), StoreError>;
}

use async_trait::async_trait;
use herald_domain::{Channel, Timestamp};

use crate::{Part, StoreError};

/// An address that nothing goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// its number
    pub id: i64,
    /// the channel: e-mail or short messages, for dead endpoints are forgotten
    pub channel: Channel,
    /// the e-mail address, in lower case, or the telephone
    pub address: String,
    /// why
    pub reason: String,
    /// since when
    pub created_at: Timestamp,
}

/// The addresses that nothing goes to, whoever has them.
///
/// Addresses are suppressed by what is [recorded](crate::DeliveryStore::record) of deliveries, or by hand.
#[async_trait]
pub trait SuppressionStore: Send + Sync + 'static {
    /// Suppresses an address; what is suppressed already stays as it is.
    async fn suppress(
        &self,
        channel: Channel,
        address: String,
        reason: String,
        now: Timestamp,
    ) -> Result<Suppression, StoreError>;

    /// At most `limit` of them beyond that number, the oldest first.
    async fn suppressions(
        &self,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Part<Suppression, i64>, StoreError>;

    /// Lifts one; `false` if there is none of that number.
    async fn lift(&self, id: i64) -> Result<bool, StoreError>;
}

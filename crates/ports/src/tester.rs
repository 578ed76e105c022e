use async_trait::async_trait;
use herald_domain::{Address, Timestamp, Webhook};

use crate::DeliveryError;

/// Looks at the addresses that users register, before anything goes there.
#[async_trait]
pub trait EndpointTester: Send + Sync + 'static {
    /// Whether an address may be asked at all, as far as one can tell without asking anybody. What is wrong is
    /// [`DeliveryError::Permanent`].
    fn check(&self, address: &Address) -> Result<(), DeliveryError>;

    /// Makes a test call to a webhook, signed like every other; `Ok` says that it was answered as one should be.
    async fn test(&self, webhook: &Webhook, now: Timestamp) -> Result<(), DeliveryError>;
}

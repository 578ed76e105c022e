use std::sync::Arc;

use herald_domain::{Channel, Email, Phone, Rule, Violation, Violations};
use herald_ports::{Clock, Part, StoreError, Suppression, SuppressionStore};

/// Why suppressions were not served.
#[derive(Debug, thiserror::Error)]
pub enum SuppressionError {
    /// what was given breaks rules
    #[error("{0}")]
    Invalid(Violations),
    /// there is no such suppression
    #[error("there is no such suppression")]
    Unknown,
    /// the store did not do it
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The addresses that nothing goes to. Not for everybody: the caller checks who asks.
pub struct Suppressions {
    store: Arc<dyn SuppressionStore>,
    clock: Arc<dyn Clock>,
}

impl Suppressions {
    /// The most of one list.
    pub const MAX_LIMIT: usize = 100;

    /// Over a store.
    pub fn new(store: Arc<dyn SuppressionStore>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Some of them, the oldest first.
    pub async fn list(
        &self,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Part<Suppression, i64>, SuppressionError> {
        Ok(self.store.suppressions(after, limit).await?)
    }

    /// Suppresses an e-mail address or a telephone. Twice is once.
    pub async fn add(
        &self,
        channel: Channel,
        address: &str,
    ) -> Result<Suppression, SuppressionError> {
        let checked = match channel {
            Channel::Email => address.parse::<Email>().map(|email| email.as_str().to_lowercase()),
            Channel::Sms => address.parse::<Phone>().map(String::from),
            _ => return Err(invalid("channel", "must be email or sms", Rule::Contradiction)),
        };
        let address = checked
            .map_err(|broken| SuppressionError::Invalid(broken.in_field("address").into()))?;
        let reason = "suppressed by an administrator".to_owned();
        Ok(self.store.suppress(channel, address, reason, self.clock.now()).await?)
    }

    /// Lifts one.
    pub async fn lift(&self, id: i64) -> Result<(), SuppressionError> {
        if self.store.lift(id).await? { Ok(()) } else { Err(SuppressionError::Unknown) }
    }
}

fn invalid(field: &str, detail: &str, rule: Rule) -> SuppressionError {
    SuppressionError::Invalid(Violation::new(field, rule, detail).into())
}

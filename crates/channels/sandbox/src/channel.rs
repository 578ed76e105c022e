use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use herald_domain::{Address, Channel};
use herald_ports::{
    DeliveryChannel, DeliveryError, Outgoing, SandboxMessage, SandboxStore, SandboxVerdict, Taken,
};
use serde_json::json;
use tokio::time::sleep;

/// A channel that the sandbox stands in for.
pub struct SandboxChannel {
    channel: Channel,
    store: Arc<dyn SandboxStore>,
}

impl SandboxChannel {
    /// How long a channel that is told to delay takes.
    pub const DELAY: Duration = Duration::from_secs(2);

    /// Stands in for that channel, and keeps what it is given in that store.
    pub fn new(channel: Channel, store: Arc<dyn SandboxStore>) -> Self {
        Self { channel, store }
    }
}

#[async_trait]
impl DeliveryChannel for SandboxChannel {
    fn channel(&self) -> Channel {
        self.channel
    }

    async fn deliver(&self, message: &Outgoing) -> Result<Taken, DeliveryError> {
        if message.to.channel() != self.channel {
            let detail = format!("address is none of {}", self.channel.as_str());
            return Err(DeliveryError::Permanent { detail });
        }
        let kept = SandboxMessage {
            id: 0,
            channel: self.channel,
            delivery: message.delivery,
            attempt: message.attempt,
            taken: true,
            body: body(message),
            at: message.now,
        };
        let transient = |detail: String| DeliveryError::Transient { detail, retry_after: None };
        let verdict = self.store.give(kept).await.map_err(|error| transient(error.to_string()))?;
        match verdict {
            SandboxVerdict::Taken => {}
            SandboxVerdict::TakenLate => sleep(Self::DELAY).await,
            SandboxVerdict::Failed => return Err(transient("the sandbox fails for now".into())),
            SandboxVerdict::Refused => {
                let detail = "the sandbox fails for good".to_owned();
                return Err(DeliveryError::Permanent { detail });
            }
        }
        Ok(Taken { reference: Some(format!("sandbox-{}-{}", message.delivery, message.attempt)) })
    }
}

/// The message, as whoever looks at it finds it.
fn body(message: &Outgoing) -> String {
    let notifications: Vec<_> = message.notifications.iter().map(|one| one.id).collect();
    json!({
        "to": address(&message.to),
        "user": message.recipient,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "priority": message.priority,
        "notifications": notifications,
        "unsubscribe_url": message.unsubscribe,
        "traceparent": message.traceparent,
    })
    .to_string()
}

/// The part of an address that is no secret.
fn address(to: &Address) -> &str {
    match to {
        Address::Email(email) => email.as_str(),
        Address::Sms(phone) => phone.as_str(),
        Address::Push(token) => token.as_str(),
        Address::WebPush(subscription) => subscription.endpoint.as_str(),
        Address::Webhook(webhook) => webhook.url.as_str(),
    }
}

use async_trait::async_trait;
use herald_domain::{Address, Channel, Timestamp, Webhook};
use herald_outbound::{Answer, Guarded, path_of, traced, unanswered};
use herald_ports::{DeliveryChannel, DeliveryError, Outgoing, Taken};
use reqwest::header::CONTENT_TYPE;
use reqwest::{RequestBuilder, Response};

use crate::body::Body;
use crate::signature::sign;

/// Tells servers of users.
#[derive(Debug, Clone)]
pub struct WebhookChannel {
    web: Guarded,
}

impl WebhookChannel {
    /// Servers are reached as far as the client goes.
    pub fn new(web: Guarded) -> Self {
        Self { web }
    }

    /// Asks whether somebody is there, and takes what is signed so. The id is for this call alone.
    pub async fn verify(
        &self,
        webhook: &Webhook,
        id: &str,
        now: Timestamp,
    ) -> Result<(), DeliveryError> {
        let request = self.request(webhook, id, now, &Body::test(now))?;
        let response = request.send().await.map_err(unanswered)?;
        accepted(webhook, response, now).await
    }

    fn request(
        &self,
        webhook: &Webhook,
        id: &str,
        now: Timestamp,
        body: &Body<'_>,
    ) -> Result<RequestBuilder, DeliveryError> {
        let permanent = |detail: &str| DeliveryError::Permanent { detail: detail.to_owned() };
        let body = serde_json::to_vec(body).map_err(|_| permanent("message is no json"))?;
        let (seconds, signatures) = sign(&webhook.secrets, id, now, &body)
            .ok_or_else(|| permanent("there is no secret to sign with"))?;
        let request = self
            .web
            .post(webhook.url.as_str())?
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signatures);
        Ok(request.body(body))
    }
}

#[async_trait]
impl DeliveryChannel for WebhookChannel {
    fn channel(&self) -> Channel {
        Channel::Webhook
    }

    async fn deliver(&self, message: &Outgoing) -> Result<Taken, DeliveryError> {
        let Address::Webhook(webhook) = &message.to else {
            return Err(DeliveryError::Permanent { detail: "address is no webhook".to_owned() });
        };
        let id = format!("msg_{}", message.delivery);
        let request = self.request(webhook, &id, message.now, &Body::of(message))?;
        let response = traced(request, message).send().await.map_err(unanswered)?;
        accepted(webhook, response, message.now).await.map(|()| Taken::default())
    }
}

/// What the status means, by Standard Webhooks: 410 is the end, and whatever else is no success may
/// be one later. A redirect is none, for it could lead anywhere, and the address will not mend itself.
async fn accepted(
    webhook: &Webhook,
    response: Response,
    now: Timestamp,
) -> Result<(), DeliveryError> {
    if response.status().is_success() {
        return Ok(());
    }
    let answer = Answer::read(response).await;
    let detail = answer.detail(&[path_of(webhook.url.as_str())]);
    Err(match answer.status.as_u16() {
        300..=399 => DeliveryError::Permanent { detail },
        410 => DeliveryError::EndpointGone { detail },
        _ => DeliveryError::Transient { detail, retry_after: answer.retry_after(now) },
    })
}

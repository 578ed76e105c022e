use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use herald_domain::{Address, Channel, PushSubscription, Timestamp};
use herald_outbound::{Answer, Guarded, one_line, path_of, unanswered};
use herald_ports::{DeliveryChannel, DeliveryError, Outgoing, Taken};
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use reqwest::{RequestBuilder, Response};
use url::Url;

use crate::encryption::Keys;
use crate::headers::{topic, ttl, urgency};
use crate::payload::payload;
use crate::tokens::{NoChannel, Token, Tokens};
use crate::vapid_key::VapidKey;

/// Shows notifications in browsers.
pub struct WebPushChannel {
    web: Guarded,
    tokens: Tokens,
}

impl WebPushChannel {
    /// Push services are reached as far as the client goes; they know us by the key, and whom to ask
    /// by the contact, a `mailto:` or an `https:` URL (RFC 8292, section 2.1).
    pub fn new(web: Guarded, key: &VapidKey, contact: &str) -> Result<Self, NoChannel> {
        Ok(Self { web, tokens: Tokens::new(key, contact)? })
    }

    /// The message as a request, and the token that it shows.
    fn request(
        &self,
        subscription: &PushSubscription,
        message: &Outgoing,
    ) -> Result<(RequestBuilder, Arc<Token>), DeliveryError> {
        let endpoint = subscription.endpoint.as_str();
        let request = self.web.post(endpoint)?;
        let keys =
            Keys::of(subscription).ok_or_else(|| permanent("subscription has no good keys"))?;
        let topic = topic(message);
        let payload =
            payload(message, topic.as_deref()).map_err(|_| permanent("message is no json"))?;
        let body = keys.encrypt(payload).map_err(|_| permanent("message cannot be encrypted"))?;
        let token = self.token(endpoint, message.now)?;
        let request = request
            .header(AUTHORIZATION, self.tokens.authorization(&token))
            .header(CONTENT_ENCODING, "aes128gcm")
            .header(CONTENT_TYPE, "application/octet-stream")
            .header("ttl", ttl(message))
            .header("urgency", urgency(message.priority))
            .body(body);
        let request = match topic {
            Some(topic) => request.header("topic", topic),
            None => request,
        };
        Ok((request, token))
    }

    /// For the origin of the push service (RFC 8292, section 2).
    fn token(&self, endpoint: &str, now: Timestamp) -> Result<Arc<Token>, DeliveryError> {
        let endpoint = Url::parse(endpoint).map_err(|_| permanent("address is no url"))?;
        self.tokens.token(&endpoint.origin().ascii_serialization(), now).map_err(|error| {
            DeliveryError::Misconfigured { detail: format!("cannot sign a token: {error}") }
        })
    }
}

impl fmt::Debug for WebPushChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebPushChannel").field("web", &self.web).finish_non_exhaustive()
    }
}

#[async_trait]
impl DeliveryChannel for WebPushChannel {
    fn channel(&self) -> Channel {
        Channel::WebPush
    }

    async fn deliver(&self, message: &Outgoing) -> Result<Taken, DeliveryError> {
        let Address::WebPush(subscription) = &message.to else {
            return Err(permanent("address is no push subscription"));
        };
        let (request, token) = self.request(subscription, message)?;
        let response = request.send().await.map_err(unanswered)?;
        if response.status().is_success() {
            return Ok(Taken { reference: reference(&response) });
        }
        let answer = Answer::read(response).await;
        let secrets = [path_of(subscription.endpoint.as_str()), &token.text];
        Err(refused(&answer, &secrets, message.now))
    }
}

/// What the push service calls the message (RFC 8030, section 5).
fn reference(response: &Response) -> Option<String> {
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    Some(one_line(location, &[])).filter(|location| !location.is_empty())
}

/// What a status means. A subscription is given up only where the push service says that it is gone
/// (RFC 8030, section 7.3): that it does not know our key is for the operator to mend.
fn refused(answer: &Answer, secrets: &[&str], now: Timestamp) -> DeliveryError {
    let detail = answer.detail(secrets);
    match answer.status.as_u16() {
        404 | 410 => DeliveryError::EndpointGone { detail },
        401 | 403 => DeliveryError::Misconfigured { detail },
        429 | 500.. => DeliveryError::Transient { detail, retry_after: answer.retry_after(now) },
        _ => DeliveryError::Permanent { detail },
    }
}

fn permanent(detail: &str) -> DeliveryError {
    DeliveryError::Permanent { detail: detail.to_owned() }
}

use std::fmt;

use async_trait::async_trait;
use herald_domain::{Address, Channel, DeviceToken};
use herald_outbound::{Answer, below, traced, unanswered};
use herald_ports::{DeliveryChannel, DeliveryError, Outgoing, Taken};
use reqwest::{Client, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::ServiceAccount;
use crate::message::Request;
use crate::refusal::Refusal;
use crate::tokens::Tokens;

/// Where FCM is.
pub const FCM: &str = "https://fcm.googleapis.com";

/// Sends to applications on devices.
pub struct FcmChannel {
    /// where messages of the project are taken
    messages: Url,
    tokens: Tokens,
    client: Client,
}

/// The text is no address of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an http or https URL without name, password and query")]
pub struct NotABase;

/// What the body of an acceptance says.
#[derive(Deserialize)]
struct Accepted {
    name: String,
}

impl FcmChannel {
    /// Messages of the account's project, by a client as [`herald_outbound::client`] makes it. The base is
    /// [`FCM`], or whatever stands in for it.
    pub fn new(account: ServiceAccount, base: &str, client: Client) -> Result<Self, NotABase> {
        let path = ["v1", "projects", &account.project, "messages:send"];
        let messages = below(base, &path).ok_or(NotABase)?;
        Ok(Self { messages, tokens: Tokens::new(account, client.clone()), client })
    }

    async fn send(
        &self,
        message: &Outgoing,
        device: &DeviceToken,
        token: &SecretString,
    ) -> Result<Result<Taken, Refusal>, DeliveryError> {
        let (device, token) = (device.as_str(), token.expose_secret());
        let body = Request::of(message, device);
        let request = self.client.post(self.messages.clone()).bearer_auth(token).json(&body);
        let response = traced(request, message).send().await.map_err(unanswered)?;
        let answer = Answer::read(response).await;
        if !answer.status.is_success() {
            return Ok(Err(Refusal::read(&answer, &[token, device], message.now)));
        }
        let accepted: Option<Accepted> = serde_json::from_slice(&answer.body).ok();
        Ok(Ok(Taken { reference: accepted.map(|accepted| accepted.name) }))
    }
}

#[async_trait]
impl DeliveryChannel for FcmChannel {
    fn channel(&self) -> Channel {
        Channel::Push
    }

    async fn deliver(&self, message: &Outgoing) -> Result<Taken, DeliveryError> {
        let Address::Push(device) = &message.to else {
            return Err(DeliveryError::Permanent { detail: "address is no device".to_owned() });
        };
        let token = self.tokens.get(message.now, None).await?;
        let refusal = match self.send(message, device, &token).await? {
            Ok(taken) => return Ok(taken),
            Err(refusal) => refusal,
        };
        if !refusal.is_of_token() {
            return Err(refusal.meaning());
        }
        // the message was not looked at, so that this is no second attempt
        let token = self.tokens.get(message.now, Some(&token)).await?;
        self.send(message, device, &token).await?.map_err(Refusal::meaning)
    }
}

impl fmt::Debug for FcmChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FcmChannel").field(&self.messages.as_str()).finish()
    }
}

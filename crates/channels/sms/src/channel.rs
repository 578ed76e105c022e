use async_trait::async_trait;
use herald_domain::{Address, Channel};
use herald_outbound::{Answer, traced, unanswered};
use herald_ports::{DeliveryChannel, DeliveryError, Outgoing, Taken};
use reqwest::Client;
use secrecy::ExposeSecret;
use serde::Deserialize;

use crate::{Account, refusal, text};

/// Sends short messages.
#[derive(Debug, Clone)]
pub struct SmsChannel {
    account: Account,
    client: Client,
}

/// What the body of an acceptance says.
#[derive(Deserialize)]
struct Accepted {
    sid: String,
}

impl SmsChannel {
    /// Messages of that account, by a client as [`herald_outbound::client`] makes it.
    pub fn new(account: Account, client: Client) -> Self {
        Self { account, client }
    }
}

#[async_trait]
impl DeliveryChannel for SmsChannel {
    fn channel(&self) -> Channel {
        Channel::Sms
    }

    async fn deliver(&self, message: &Outgoing) -> Result<Taken, DeliveryError> {
        let Address::Sms(to) = &message.to else {
            return Err(DeliveryError::Permanent { detail: "address is no telephone".to_owned() });
        };
        let account = &self.account;
        let text = text::of(message);
        let token = account.token.expose_secret();
        let request = self
            .client
            .post(account.messages.clone())
            .basic_auth(&account.sid, Some(token))
            .form(&[("To", to.as_str()), account.sender(), ("Body", &text)]);
        let response = traced(request, message).send().await.map_err(unanswered)?;
        let answer = Answer::read(response).await;
        if !answer.status.is_success() {
            return Err(refusal::of(&answer, token, message.now));
        }
        let accepted: Option<Accepted> = serde_json::from_slice(&answer.body).ok();
        Ok(Taken { reference: accepted.map(|accepted| accepted.sid) })
    }
}

use std::time::Duration;

use herald_domain::Timestamp;
use herald_outbound::{Answer, unanswered};
use herald_ports::DeliveryError;
use reqwest::Client;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::ServiceAccount;

/// How long before its end a token is asked for anew, so that none ends on its way.
const EARLY: Duration = Duration::from_secs(5 * 60);

/// The access token of an account, as long as it is good.
pub(crate) struct Tokens {
    account: ServiceAccount,
    client: Client,
    /// held while a token is asked for: whoever comes meanwhile waits for that one
    held: Mutex<Option<Token>>,
}

#[derive(Clone)]
struct Token {
    text: SecretString,
    /// when another one is asked for
    until: Timestamp,
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    /// in seconds
    expires_in: u32,
}

impl Tokens {
    pub(crate) fn new(account: ServiceAccount, client: Client) -> Self {
        Self { account, client, held: Mutex::new(None) }
    }

    /// A token that is good, and is not the one that was refused.
    pub(crate) async fn get(
        &self,
        now: Timestamp,
        refused: Option<&SecretString>,
    ) -> Result<SecretString, DeliveryError> {
        let mut held = self.held.lock().await;
        let is_refused = |token: &Token| {
            refused.is_some_and(|refused| refused.expose_secret() == token.text.expose_secret())
        };
        if let Some(token) = held.as_ref().filter(|token| now < token.until && !is_refused(token)) {
            return Ok(token.text.clone());
        }
        *held = None;
        let token = self.ask(now).await?;
        Ok(held.insert(token).text.clone())
    }

    async fn ask(&self, now: Timestamp) -> Result<Token, DeliveryError> {
        let misconfigured = |detail: String| DeliveryError::Misconfigured { detail };
        let grant = self
            .account
            .grant(now)
            .ok_or_else(|| misconfigured("service account cannot sign".to_owned()))?;
        let request = self.client.post(self.account.token_url.clone()).form(&[
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("assertion", &grant),
        ]);
        let answer = Answer::read(request.send().await.map_err(unanswered)?).await;
        let detail = || format!("no access token: {}", answer.detail(&[&grant]));
        match answer.status.as_u16() {
            200 => {
                let granted: Granted = serde_json::from_slice(&answer.body)
                    .map_err(|_| misconfigured("no access token: answer is none".to_owned()))?;
                let life = Duration::from_secs(granted.expires_in.into());
                let until = now.plus(life.saturating_sub(EARLY).max(life / 2));
                Ok(Token { text: granted.access_token, until })
            }
            429 | 500.. => Err(DeliveryError::Transient {
                detail: detail(),
                retry_after: answer.retry_after(now),
            }),
            _ => Err(misconfigured(detail())),
        }
    }
}

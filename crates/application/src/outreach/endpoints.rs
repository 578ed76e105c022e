use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use herald_domain::{
    Address, EndpointId, PushSubscription, Rule, SigningSecret, UserKey, Violation, Violations,
    Webhook,
};
use herald_ports::{
    Clock, DeliveryError, Endpoint, EndpointStore, EndpointTester, IdGenerator, NewEndpoint,
    Registered, StoreError,
};

/// Why endpoints were not served.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// what was given breaks rules
    #[error("{0}")]
    Invalid(Violations),
    /// the user has as many as anybody may
    #[error("user has too many endpoints")]
    TooMany,
    /// the user has no such endpoint
    #[error("there is no such endpoint")]
    Unknown,
    /// the endpoint is none that can be tested, or whose secret can be changed
    #[error("endpoint is no webhook")]
    NoWebhook,
    /// the webhook did not answer its test as it should
    #[error("test call failed: {0}")]
    TestFailed(DeliveryError),
    /// the store did not do it
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An address that somebody wants to register, not yet checked: every text as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of `Address`")]
pub enum RawAddress {
    Push { token: String },
    WebPush { endpoint: String, p256dh: String, auth: String },
    Webhook { url: String },
}

/// What endpoints reach the world through.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is the port of that name")]
pub struct EndpointsPorts {
    pub store: Arc<dyn EndpointStore>,
    pub tester: Arc<dyn EndpointTester>,
    pub random: Arc<dyn IdGenerator>,
    pub clock: Arc<dyn Clock>,
}

/// Where users want to be told: their devices, browsers and servers.
pub struct Endpoints {
    ports: EndpointsPorts,
}

impl Endpoints {
    /// The most endpoints of one user.
    pub const MAX: usize = 20;

    /// Over a store.
    pub fn new(ports: EndpointsPorts) -> Self {
        Self { ports }
    }

    /// The user's endpoints, the oldest first.
    pub async fn list(&self, user: UserKey) -> Result<Vec<Endpoint>, EndpointError> {
        Ok(self.ports.store.endpoints(user).await?)
    }

    /// One of them.
    pub async fn get(&self, user: UserKey, id: EndpointId) -> Result<Endpoint, EndpointError> {
        let all = self.ports.store.endpoints(user).await?;
        all.into_iter().find(|one| one.id == id).ok_or(EndpointError::Unknown)
    }

    /// Registers an address for the user. A webhook gets a secret, and is told nothing until it has
    /// [passed its test](Endpoints::test).
    pub async fn register(
        &self,
        user: UserKey,
        raw: RawAddress,
        label: Option<String>,
    ) -> Result<Endpoint, EndpointError> {
        let mut broken = Violations::default();
        let address = self.parse(raw, &mut broken);
        if label.as_ref().is_some_and(|label| !is_label(label)) {
            let detail = "must be 1 to 64 characters on one line";
            broken.push(Violation::new("label", Rule::Format, detail));
        }
        broken.into_result().map_err(EndpointError::Invalid)?;
        let Some(address) = address else { return Err(EndpointError::Unknown) };
        let verified = !matches!(address, Address::Webhook(_));
        self.keep(user, address, label, verified).await
    }

    /// Makes a test call to a webhook; from then on it is told what its user is told.
    pub async fn test(&self, user: UserKey, id: EndpointId) -> Result<Endpoint, EndpointError> {
        let (_, webhook) = self.webhook(user, id).await?;
        let now = self.ports.clock.now();
        self.ports.tester.test(&webhook, now).await.map_err(EndpointError::TestFailed)?;
        self.ports.store.verified(user, id, now).await?.ok_or(EndpointError::Unknown)
    }

    /// Gives a webhook another secret. Requests are signed by the new one and the one before, until the next
    /// change.
    pub async fn rotate(&self, user: UserKey, id: EndpointId) -> Result<Endpoint, EndpointError> {
        let (endpoint, webhook) = self.webhook(user, id).await?;
        let before = webhook.secrets.into_iter().take(1);
        let secrets = std::iter::once(self.secret()).chain(before).collect();
        let address = Address::Webhook(Webhook { url: webhook.url, secrets });
        self.keep(user, address, endpoint.label, endpoint.verified_at.is_some()).await
    }

    /// Forgets an endpoint.
    pub async fn remove(&self, user: UserKey, id: EndpointId) -> Result<(), EndpointError> {
        match self.ports.store.remove_endpoint(user, id).await? {
            true => Ok(()),
            false => Err(EndpointError::Unknown),
        }
    }

    async fn keep(
        &self,
        user: UserKey,
        address: Address,
        label: Option<String>,
        verified: bool,
    ) -> Result<Endpoint, EndpointError> {
        let now = self.ports.clock.now();
        let new = NewEndpoint { user, address, label, verified, now };
        match self.ports.store.register(new, Self::MAX).await? {
            Registered::Done(endpoint) => Ok(endpoint),
            Registered::TooMany => Err(EndpointError::TooMany),
        }
    }

    async fn webhook(
        &self,
        user: UserKey,
        id: EndpointId,
    ) -> Result<(Endpoint, Webhook), EndpointError> {
        let endpoint = self.get(user, id).await?;
        match endpoint.address.clone() {
            Address::Webhook(webhook) => Ok((endpoint, webhook)),
            _ => Err(EndpointError::NoWebhook),
        }
    }

    fn parse(&self, raw: RawAddress, broken: &mut Violations) -> Option<Address> {
        let (field, address) = match raw {
            RawAddress::Push { token } => {
                ("token", Address::Push(broken.take("token", token.parse())?))
            }
            RawAddress::WebPush { endpoint, p256dh, auth } => {
                let endpoint = broken.take("endpoint", endpoint.parse());
                // an uncompressed point of P-256, and 16 random bytes (RFC 8291)
                let is_point = p256dh.len() == 87 && p256dh.starts_with('B') && is_base64(&p256dh);
                check("keys.p256dh", is_point, "must be 65 bytes in base64url", broken);
                let is_secret = auth.len() == 22 && is_base64(&auth);
                check("keys.auth", is_secret, "must be 16 bytes in base64url", broken);
                let (p256dh, auth) = (p256dh.into(), auth.into());
                let subscription = PushSubscription { endpoint: endpoint?, p256dh, auth };
                ("endpoint", Address::WebPush(subscription))
            }
            RawAddress::Webhook { url } => {
                let url = broken.take("url", url.parse())?;
                ("url", Address::Webhook(Webhook { url, secrets: vec![self.secret()] }))
            }
        };
        if let Err(error) = self.ports.tester.check(&address) {
            broken.push(Violation::new(field, Rule::Forbidden, error.to_string()));
        }
        Some(address)
    }

    fn secret(&self) -> SigningSecret {
        let random = BASE64.encode(self.ports.random.secret());
        SigningSecret::new(format!("{}{random}", SigningSecret::PREFIX))
    }
}

fn check(field: &str, holds: bool, detail: &str, broken: &mut Violations) {
    if !holds {
        broken.push(Violation::new(field, Rule::Format, detail));
    }
}

fn is_base64(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn is_label(text: &str) -> bool {
    (1..=64).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

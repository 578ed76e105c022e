use herald_domain::{Address, Channel, EndpointId, Timestamp};
use herald_ports::Endpoint;
use serde::Serialize;
use utoipa::ToSchema;

use super::request::EndpointChannel;

/// How many characters of a token are shown: enough to tell one's own apart.
const SHOWN: usize = 8;

/// Where a channel reaches the caller.
#[derive(Serialize, ToSchema)]
#[schema(as = Endpoint)]
pub(super) struct EndpointBody<'a> {
    #[schema(value_type = i64, example = 3)]
    id: EndpointId,
    #[schema(value_type = EndpointChannel)]
    channel: Channel,
    /// the URL, or how the token begins
    #[schema(example = "fcm-toke…")]
    address: String,
    /// what the caller calls it
    #[schema(required, example = "my phone")]
    label: Option<&'a str>,
    created_at: Timestamp,
    /// when it answered a test; to a webhook that has not, nothing goes out
    #[schema(required)]
    verified_at: Option<Timestamp>,
    /// what signs requests to a webhook (Standard Webhooks). Shown when it is new, and never again; null
    /// otherwise
    #[schema(required)]
    secret: Option<&'a str>,
}

impl<'a> EndpointBody<'a> {
    /// An endpoint with its newest secret.
    pub(super) fn with_secret(endpoint: &'a Endpoint) -> Self {
        let secret = match &endpoint.address {
            Address::Webhook(webhook) => webhook.secrets.first().map(|secret| secret.expose()),
            _ => None,
        };
        Self { secret, ..Self::from(endpoint) }
    }
}

impl<'a> From<&'a Endpoint> for EndpointBody<'a> {
    fn from(endpoint: &'a Endpoint) -> Self {
        Self {
            id: endpoint.id,
            channel: endpoint.address.channel(),
            address: shown(&endpoint.address),
            label: endpoint.label.as_deref(),
            created_at: endpoint.created_at,
            verified_at: endpoint.verified_at,
            secret: None,
        }
    }
}

fn shown(address: &Address) -> String {
    match address {
        Address::Push(token) => {
            let token = token.as_str();
            format!("{}…", token.get(..SHOWN).unwrap_or(token))
        }
        Address::WebPush(subscription) => subscription.endpoint.to_string(),
        Address::Webhook(webhook) => webhook.url.to_string(),
        Address::Email(email) => email.to_string(),
        Address::Sms(phone) => phone.to_string(),
    }
}

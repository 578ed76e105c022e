use diesel::prelude::*;
use herald_domain::{
    Address, Channel, DeviceToken, EndpointId, PushSubscription, SigningSecret, Timestamp, Webhook,
};
use herald_ports::Endpoint;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, column};
use crate::schema::endpoints;

/// An endpoint, but whose it is.
#[derive(Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = endpoints)]
pub(super) struct EndpointRow {
    id: i64,
    channel: String,
    address: String,
    secrets: String,
    label: Option<String>,
    created_at: i64,
    verified_at: Option<i64>,
}

/// What belongs to a subscription of a browser.
#[derive(Serialize, Deserialize)]
struct Keys {
    p256dh: Box<str>,
    auth: Box<str>,
}

impl TryFrom<EndpointRow> for Endpoint {
    type Error = Failure;

    fn try_from(row: EndpointRow) -> Result<Self, Failure> {
        let channel: Channel = column("endpoints", "channel", row.channel.parse())?;
        Ok(Self {
            id: EndpointId::new(row.id),
            address: read(channel, &row.address, &row.secrets)?,
            label: row.label,
            created_at: Timestamp::from_micros(row.created_at),
            verified_at: row.verified_at.map(Timestamp::from_micros),
        })
    }
}

/// What stands in the columns: the channel, the token or the URL, and what belongs to it.
pub(super) fn columns(address: &Address) -> Result<(Channel, &str, String), Failure> {
    let (text, secrets) = match address {
        Address::Push(token) => (token.as_str(), to_json(&())?),
        Address::WebPush(PushSubscription { endpoint, p256dh, auth }) => {
            let keys = Keys { p256dh: p256dh.clone(), auth: auth.clone() };
            (endpoint.as_str(), to_json(&keys)?)
        }
        Address::Webhook(Webhook { url, secrets }) => (url.as_str(), to_json(secrets)?),
        Address::Email(_) | Address::Sms(_) => return Err(no_endpoint(address.channel())),
    };
    Ok((address.channel(), text, secrets))
}

fn read(channel: Channel, address: &str, secrets: &str) -> Result<Address, Failure> {
    match channel {
        Channel::Push => {
            let token: DeviceToken = column("endpoints", "address", address.parse())?;
            Ok(Address::Push(token))
        }
        Channel::WebPush => {
            let Keys { p256dh, auth } = from_json(secrets)?;
            let endpoint = column("endpoints", "address", address.parse())?;
            Ok(Address::WebPush(PushSubscription { endpoint, p256dh, auth }))
        }
        Channel::Webhook => {
            let secrets: Vec<SigningSecret> = from_json(secrets)?;
            let url = column("endpoints", "address", address.parse())?;
            Ok(Address::Webhook(Webhook { url, secrets }))
        }
        Channel::InApp | Channel::Email | Channel::Sms => Err(no_endpoint(channel)),
    }
}

fn no_endpoint(channel: Channel) -> Failure {
    Failure::Corrupt(format!("endpoints.channel: {} has none", channel.as_str()))
}

fn to_json<T: Serialize>(secrets: &T) -> Result<String, Failure> {
    column("endpoints", "secrets", serde_json::to_string(secrets))
}

fn from_json<T: DeserializeOwned>(secrets: &str) -> Result<T, Failure> {
    column("endpoints", "secrets", serde_json::from_str(secrets))
}

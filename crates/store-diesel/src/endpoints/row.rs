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
#[derive(Debug, Queryable, Selectable)]
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
        Channel::InApp | Channel::Email | Channel::Sms => {
            Err(Failure::Corrupt(format!("endpoints.channel: {}", channel.as_str())))
        }
    }
}

fn from_json<T: DeserializeOwned>(secrets: &str) -> Result<T, Failure> {
    column("endpoints", "secrets", serde_json::from_str(secrets))
}

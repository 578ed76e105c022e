use herald_application::RawAddress;
use herald_domain::{Rule, Violation, Violations};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::Object;

/// What is to be registered, as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EndpointRequest {
    channel: EndpointChannel,
    label: Option<String>,
    token: Option<String>,
    endpoint: Option<String>,
    keys: Option<Object<Keys>>,
    url: Option<String>,
}

/// The channels of which a user registers addresses.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(super) enum EndpointChannel {
    Push,
    WebPush,
    Webhook,
}

/// A device, a browser or a server.
#[derive(ToSchema)]
#[serde(untagged)]
#[schema(as = EndpointRequest)]
#[expect(dead_code, reason = "documents `EndpointRequest`, which reads it with better errors")]
pub(super) enum EndpointForm {
    Push(PushForm),
    WebPush(WebPushForm),
    Webhook(WebhookForm),
}

/// An application on a device.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "documents a form of `EndpointRequest`")]
pub(super) struct PushForm {
    #[schema(inline)]
    channel: Push,
    /// the registration token that Firebase gave the application
    #[schema(
        min_length = 1,
        max_length = 4096,
        pattern = "^[!-~]+$",
        example = "fcm-token-of-a-device"
    )]
    token: String,
    /// what its user calls it
    #[schema(
        min_length = 1,
        max_length = 64,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]+$",
        example = "my phone"
    )]
    label: Option<String>,
}

/// A browser: what `PushSubscription.toJSON()` gives.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "documents a form of `EndpointRequest`")]
pub(super) struct WebPushForm {
    #[schema(inline)]
    channel: WebPush,
    /// where the push service takes messages for it
    #[schema(
        min_length = 9,
        max_length = 2048,
        pattern = "^https://[A-Za-z0-9.-]+(/[!-\\[\\]-~]*)?$",
        example = "https://push.example.com/send/abc"
    )]
    endpoint: String,
    keys: Keys,
    /// what its user calls it
    #[schema(
        min_length = 1,
        max_length = 64,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]+$",
        example = "my laptop"
    )]
    label: Option<String>,
}

/// A server, to which requests go that are signed as Standard Webhooks says.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "documents a form of `EndpointRequest`")]
pub(super) struct WebhookForm {
    #[schema(inline)]
    channel: Webhook,
    /// where requests go: https, and on the public Internet, unless the operator allows more
    #[schema(
        min_length = 9,
        max_length = 2048,
        pattern = "^https://[A-Za-z0-9.-]+(/[!-\\[\\]-~]*)?$",
        example = "https://hooks.example.com/herald"
    )]
    url: String,
    /// what its user calls it
    #[schema(
        min_length = 1,
        max_length = 64,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]+$",
        example = "our chat"
    )]
    label: Option<String>,
}

/// The keys of a subscription.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PushSubscriptionKeys)]
pub(super) struct Keys {
    /// the browser's public key: 65 bytes in base64url
    #[schema(pattern = "^B[A-Za-z0-9_-]{86}$")]
    p256dh: String,
    /// 16 bytes in base64url
    #[schema(pattern = "^[A-Za-z0-9_-]{22}$")]
    auth: String,
}

/// Documents the channel of a form, which is one and no other.
macro_rules! only {
    ($name:ident) => {
        #[derive(ToSchema)]
        #[schema(rename_all = "snake_case")]
        #[expect(dead_code, reason = "documents the channel of a form of `EndpointRequest`")]
        enum $name {
            $name,
        }
    };
}

only!(Push);
only!(WebPush);
only!(Webhook);

impl EndpointRequest {
    /// The address and the label, if all that belongs to the channel was given, and nothing else.
    pub(super) fn parse(self) -> Result<(RawAddress, Option<String>), Violations> {
        let Self { channel, label, token, endpoint, keys, url } = self;
        let mut form = Form::default();
        let address = match channel {
            EndpointChannel::Push => {
                form.refuse("endpoint", endpoint.is_some());
                form.refuse("keys", keys.is_some());
                form.refuse("url", url.is_some());
                form.require("token", token).map(|token| RawAddress::Push { token })
            }
            EndpointChannel::WebPush => {
                form.refuse("token", token.is_some());
                form.refuse("url", url.is_some());
                let (endpoint, keys) =
                    (form.require("endpoint", endpoint), form.require("keys", keys));
                endpoint.zip(keys).map(|(endpoint, Object(Keys { p256dh, auth }))| {
                    RawAddress::WebPush { endpoint, p256dh, auth }
                })
            }
            EndpointChannel::Webhook => {
                form.refuse("token", token.is_some());
                form.refuse("endpoint", endpoint.is_some());
                form.refuse("keys", keys.is_some());
                form.require("url", url).map(|url| RawAddress::Webhook { url })
            }
        };
        match address.filter(|_| form.0.is_empty()) {
            Some(address) => Ok((address, label)),
            None => Err(form.0),
        }
    }
}

/// Notes what is wrong with the form of a channel.
#[derive(Default)]
struct Form(Violations);

impl Form {
    fn require<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.0.push(Violation::new(field, Rule::Required, "must be given for this channel"));
        }
        value
    }

    fn refuse(&mut self, field: &str, is_given: bool) {
        if is_given {
            self.0.push(Violation::new(field, Rule::Unknown, "is no field of this channel"));
        }
    }
}

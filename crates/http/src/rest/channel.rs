use std::str::FromStr;

use herald_domain::{Channel, Rule, Violation};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::Segment;

/// A channel that leads out of Herald.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ExternalChannel {
    Email,
    Sms,
    Push,
    WebPush,
    Webhook,
}

impl From<ExternalChannel> for Channel {
    fn from(channel: ExternalChannel) -> Self {
        match channel {
            ExternalChannel::Email => Self::Email,
            ExternalChannel::Sms => Self::Sms,
            ExternalChannel::Push => Self::Push,
            ExternalChannel::WebPush => Self::WebPush,
            ExternalChannel::Webhook => Self::Webhook,
        }
    }
}

impl FromStr for ExternalChannel {
    type Err = Violation;

    fn from_str(text: &str) -> Result<Self, Violation> {
        let all = [Self::Email, Self::Sms, Self::Push, Self::WebPush, Self::Webhook];
        all.into_iter().find(|one| Channel::from(*one).as_str() == text).ok_or_else(|| {
            let detail = "must be one of email sms push web_push webhook";
            Violation::new("", Rule::Unknown, detail)
        })
    }
}

impl Segment for ExternalChannel {
    const NAME: &'static str = "channel";

    fn parse(text: &str) -> Result<Self, Violation> {
        text.parse()
    }
}

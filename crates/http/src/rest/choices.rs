//! Which channels somebody wants, as it is read and answered.

use std::collections::BTreeMap;

use herald_domain::{Channel, Choices};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::Object;

/// Which channels are wanted; of those that are absent or null, nothing is said.
#[derive(Deserialize, ToSchema, Default)]
#[serde(deny_unknown_fields)]
#[schema(as = ChoicesRequest, example = json!({"email": true}))]
pub(super) struct ChoicesRequest {
    in_app: Option<bool>,
    email: Option<bool>,
    sms: Option<bool>,
    push: Option<bool>,
    web_push: Option<bool>,
    webhook: Option<bool>,
}

/// Which channels are wanted; of those that are absent, nothing is said.
#[derive(ToSchema)]
#[schema(as = Choices, example = json!({"email": true}))]
#[expect(dead_code, reason = "documents `herald_domain::Choices`, which is what is written")]
pub(super) struct ChoicesBody {
    #[schema(required = false)]
    in_app: bool,
    #[schema(required = false)]
    email: bool,
    #[schema(required = false)]
    sms: bool,
    #[schema(required = false)]
    push: bool,
    #[schema(required = false)]
    web_push: bool,
    #[schema(required = false)]
    webhook: bool,
}

/// The choices for each category, as they are read.
pub(super) type CategoriesRequest = BTreeMap<String, Object<ChoicesRequest>>;

impl From<ChoicesRequest> for Choices {
    fn from(body: ChoicesRequest) -> Self {
        let ChoicesRequest { in_app, email, sms, push, web_push, webhook } = body;
        let said = [
            (Channel::InApp, in_app),
            (Channel::Email, email),
            (Channel::Sms, sms),
            (Channel::Push, push),
            (Channel::WebPush, web_push),
            (Channel::Webhook, webhook),
        ];
        let mut choices = Self::default();
        for (channel, wanted) in said {
            if let Some(wanted) = wanted {
                choices.set(channel, wanted);
            }
        }
        choices
    }
}

/// The choices for everything; nothing is said if they are absent.
pub(super) fn choices(body: Option<Object<ChoicesRequest>>) -> Choices {
    body.map(|Object(body)| body.into()).unwrap_or_default()
}

/// The choices for each category; there is none if they are absent.
pub(super) fn by_category<T: FromIterator<(String, Choices)>>(
    body: Option<CategoriesRequest>,
) -> T {
    let each = body.into_iter().flatten();
    each.map(|(category, Object(choices))| (category, choices.into())).collect()
}

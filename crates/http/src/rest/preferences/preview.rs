use std::collections::BTreeMap;

use actix_web::post;
use actix_web::web::Data;
use herald_application::Preview;
use herald_domain::{Channel, NotificationId};
use serde::Serialize;
use utoipa::ToSchema;

use super::request::PreferencesRequest;
use crate::Services;
use crate::extract::{JsonBody, NoQuery, Person};
use crate::rest::answer::{self, Answer};

/// What a change would have meant to the latest notifications.
#[derive(Serialize, ToSchema)]
#[schema(as = PreferencesPreview)]
struct PreviewBody<'a> {
    /// the same in a sentence
    #[schema(example = "this change would have muted 12 of your last 50")]
    summary: String,
    /// how many were looked at
    #[schema(minimum = 0, maximum = 50, example = 50)]
    looked_at: usize,
    /// of how many of them nobody would have been told: neither in the inbox nor otherwise
    #[schema(minimum = 0, maximum = 50, example = 12)]
    muted: usize,
    /// which they are, the latest first
    #[schema(value_type = Vec<i64>, example = json!([5]))]
    notifications: &'a [NotificationId],
    /// by channel, how many are told
    #[schema(value_type = BTreeMap<String, CountsBody>, example = json!({"email": {"before": 3, "after": 0}}))]
    channels: BTreeMap<Channel, CountsBody>,
}

/// How many are told by a channel, at once or later.
#[derive(Serialize, ToSchema)]
#[schema(as = PreviewCounts)]
struct CountsBody {
    /// as it is
    #[schema(minimum = 0, example = 3)]
    before: usize,
    /// as it would have been
    #[schema(minimum = 0, example = 0)]
    after: usize,
}

impl<'a> From<&'a Preview> for PreviewBody<'a> {
    fn from(found: &'a Preview) -> Self {
        let (looked_at, muted) = (found.looked_at, found.muted.len());
        let counts = |(channel, (before, after)): (&Channel, &(usize, usize))| {
            (*channel, CountsBody { before: *before, after: *after })
        };
        Self {
            summary: format!("this change would have muted {muted} of your last {looked_at}"),
            looked_at,
            muted,
            notifications: &found.muted,
            channels: found.channels.iter().map(counts).collect(),
        }
    }
}

/// What a change of my preferences would have meant
///
/// Takes what `PUT /api/v1/preferences` takes, and changes nothing: it says what would have become of the
/// latest 50 notifications in the inbox.
#[utoipa::path(
    operation_id = "previewPreferences",
    tag = "preferences",
    request_body(
        content = PreferencesRequest,
        example = json!({"default": {"email": false}, "mutes": [{"category": "ci"}]})
    ),
    responses((status = 200, description = "what would have become of them", body = PreviewBody))
)]
#[post("/preferences/preview")]
pub(super) async fn preview(
    Person(user): Person,
    services: Data<Services>,
    _: NoQuery,
    JsonBody(body): JsonBody<PreferencesRequest>,
) -> Answer {
    let found = services.preferences.preview(&user, body.into()).await?;
    answer::ok(&PreviewBody::from(&found))
}

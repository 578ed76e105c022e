use actix_web::put;
use actix_web::web::Data;
use herald_domain::RawMute;
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::PreferencesBody;
use crate::Services;
use crate::extract::{JsonBody, NoQuery, Person};
use crate::rest::answer::{self, Answer};

/// What the caller wants to hear of from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreferencesRequest {
    /// the categories to be muted, each once; all others are not
    #[schema(max_items = 100)]
    mutes: Vec<MuteRequest>,
}

/// A category of which the caller does not want to hear, unless it is critical.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MuteRequest {
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_.:@-]+$", example = "ci")]
    category: String,
    /// when it ends; never, if absent
    #[schema(format = DateTime, example = "2026-11-21T09:00:00Z")]
    until: Option<String>,
}

impl From<MuteRequest> for RawMute {
    fn from(body: MuteRequest) -> Self {
        Self { category: body.category, until: body.until }
    }
}

/// Replace my preferences
///
/// What is sent from now on about a muted category does not come to my inbox, unless it is critical.
#[utoipa::path(
    operation_id = "putPreferences",
    tag = "preferences",
    request_body(
        content = PreferencesRequest,
        example = json!({"mutes": [{"category": "ci", "until": "2026-11-21T09:00:00Z"}]})
    ),
    responses((status = 200, description = "the preferences as they are now", body = PreferencesBody))
)]
#[put("/preferences")]
pub(super) async fn put(
    Person(user): Person,
    services: Data<Services>,
    _: NoQuery,
    JsonBody(body): JsonBody<PreferencesRequest>,
) -> Answer {
    let mutes = body.mutes.into_iter().map(RawMute::from).collect();
    let mutes = services.preferences.set_mutes(user.key, mutes).await?;
    answer::ok(&PreferencesBody { mutes })
}

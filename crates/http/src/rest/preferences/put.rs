use actix_web::put;
use actix_web::web::Data;

use super::body::PreferencesBody;
use super::request::PreferencesRequest;
use crate::Services;
use crate::extract::{JsonBody, NoQuery, Person};
use crate::rest::answer::{self, Answer};

/// Replace my preferences
///
/// They hold for what is sent, or decided, from now on. What is critical comes whatever is muted, turned off,
/// collected or held.
#[utoipa::path(
    operation_id = "putPreferences",
    tag = "preferences",
    request_body(
        content = PreferencesRequest,
        example = json!({
            "default": {"email": true}, "categories": {"ci": {"email": false}},
            "quiet_hours": {"start": "22:00", "end": "07:00", "time_zone": "Europe/Berlin", "days": ["mon", "tue"]},
            "mutes": [{"category": "ads", "until": "2026-11-21T09:00:00Z"}], "digest": {"news": "daily"}, "locale": "en"
        })
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
    let preferences = services.preferences.set(user.key, body.into()).await?;
    answer::ok(&PreferencesBody::from(&preferences))
}

use actix_web::get;
use actix_web::web::Data;

use super::body::PreferencesBody;
use crate::Services;
use crate::extract::{NoQuery, Person};
use crate::rest::answer::{self, Answer};

/// My preferences
#[utoipa::path(
    operation_id = "getPreferences",
    tag = "preferences",
    responses((status = 200, description = "what I want to hear of, how, and when", body = PreferencesBody))
)]
#[get("/preferences")]
pub(super) async fn get(Person(user): Person, services: Data<Services>, _: NoQuery) -> Answer {
    answer::ok(&PreferencesBody::from(&services.preferences.get(user.key).await?))
}

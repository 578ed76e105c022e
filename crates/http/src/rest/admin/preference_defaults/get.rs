use actix_web::get;
use actix_web::web::Data;

use super::body::DefaultsBody;
use crate::Services;
use crate::extract::{Admin, NoQuery};
use crate::rest::answer::{self, Answer};

/// What holds for whoever has not chosen
///
/// Of what it does not say: push, browser push and webhooks are on, e-mail and short messages off.
#[utoipa::path(
    operation_id = "getPreferenceDefaults",
    tag = "admin",
    responses((status = 200, description = "the defaults of preferences", body = DefaultsBody))
)]
#[get("/admin/preference-defaults")]
pub(super) async fn get(_: Admin, services: Data<Services>, _: NoQuery) -> Answer {
    answer::ok(&DefaultsBody::from(&*services.preferences.defaults()))
}

use actix_web::post;
use actix_web::web::Data;
use herald_domain::Head;

use crate::Services;
use crate::extract::{NoQuery, Person};
use crate::rest::answer::{self, Answer};

/// Mark all items as seen
///
/// Archived ones too. One revision, however many they are.
#[utoipa::path(
    operation_id = "markAllSeen",
    tag = "notifications",
    responses((status = 200, description = "where the inbox stands now", body = Head))
)]
#[post("/notifications/seen-all")]
pub(super) async fn seen_all(Person(user): Person, services: Data<Services>, _: NoQuery) -> Answer {
    answer::ok(&services.inbox.seen_all(user.key).await?)
}

use actix_web::post;
use actix_web::web::Data;
use herald_domain::{NotificationId, Receipt};

use crate::Services;
use crate::extract::{NoQuery, PathParam, Sender};
use crate::problem::ProblemBody;
use crate::rest::answer::{self, Answer};

/// Cancel a scheduled notification
///
/// For its sender, before its `send_at`; nobody gets it then. The second time changes nothing.
#[utoipa::path(
    operation_id = "cancelNotification",
    tag = "notifications",
    params(("id" = i64, Path, description = "the notification's number", minimum = 1, example = 5)),
    responses(
        (status = 200, description = "it is cancelled", body = Receipt,
         example = json!({"id": 5, "state": "cancelled", "recipients": 0, "created_at": "2026-11-21T09:00:00.000000Z"})),
        (status = 409, description = "its time has come", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[post("/notifications/{id}/cancel")]
pub(super) async fn cancel(
    Sender(sender): Sender,
    services: Data<Services>,
    PathParam(id): PathParam<NotificationId>,
    _: NoQuery,
) -> Answer {
    answer::ok(&services.notifier.cancel(&sender, id).await?)
}

use actix_web::patch;
use actix_web::web::Data;
use herald_domain::{ItemBody, NotificationId, Patch};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Services;
use crate::extract::{JsonBody, NoQuery, PathParam, Person};
use crate::rest::answer::{self, Answer};

/// What is to be changed; what is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
struct FlagsPatch {
    /// it was shown
    #[schema(example = true)]
    seen: Option<bool>,
    /// it was read, and so seen
    #[schema(example = false)]
    read: Option<bool>,
    /// it was put away
    #[schema(example = true)]
    archived: Option<bool>,
}

/// Change an item
///
/// Reading is seeing; what is made unseen is unread again. All devices hear of it.
#[utoipa::path(
    operation_id = "updateNotification",
    tag = "notifications",
    params(("id" = i64, Path, description = "the notification's number", minimum = 1, example = 5)),
    request_body(content = FlagsPatch, example = json!({"archived": true})),
    responses((status = 200, description = "the item as it is now", body = ItemBody))
)]
#[patch("/notifications/{id}")]
pub(super) async fn patch(
    Person(user): Person,
    services: Data<Services>,
    PathParam(id): PathParam<NotificationId>,
    _: NoQuery,
    JsonBody(body): JsonBody<FlagsPatch>,
) -> Answer {
    let patch = Patch::new(body.seen, body.read, body.archived)?;
    answer::ok(&services.inbox.patch_one(user.key, id, patch).await?)
}

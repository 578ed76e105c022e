use actix_web::get;
use actix_web::web::Data;
use herald_domain::UserId;

use crate::Services;
use crate::extract::{Admin, NoQuery, PathParam};
use crate::rest::answer::{self, Answer};
use crate::rest::user::ManagedUserBody;

/// Look at a user
#[utoipa::path(
    operation_id = "getUser",
    tag = "admin",
    params(("id" = UserId, Path, description = "the user's id")),
    responses((status = 200, description = "the user", body = ManagedUserBody))
)]
#[get("/admin/users/{id}")]
pub(super) async fn view(
    _: Admin,
    services: Data<Services>,
    PathParam(id): PathParam<UserId>,
    _: NoQuery,
) -> Answer {
    let user = services.accounts.by_id(id).await?;
    answer::ok(&ManagedUserBody::from(&user))
}

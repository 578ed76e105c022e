use actix_web::get;
use actix_web::web::Data;

use crate::Services;
use crate::extract::{NoQuery, Person};
use crate::problem::ProblemBody;
use crate::rest::answer::{self, Answer};
use crate::rest::user::UserBody;

/// Who am I
#[utoipa::path(
    operation_id = "getMe",
    tag = "auth",
    responses(
        (status = 200, description = "the caller", body = UserBody),
        (status = 404, description = "the user is gone", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[get("/me")]
pub(super) async fn me(Person(user): Person, services: Data<Services>, _: NoQuery) -> Answer {
    let user = services.accounts.me(&user).await?;
    answer::ok(&UserBody::from(&user))
}

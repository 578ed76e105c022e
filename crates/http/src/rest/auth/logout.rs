use actix_web::post;
use actix_web::web::Data;

use crate::Services;
use crate::extract::{NoQuery, Person};
use crate::problem::ProblemBody;
use crate::rest::answer::{self, Answer};

/// Log out
///
/// Ends the login that the token belongs to: its tokens are refused from now on, and its sockets
/// closed.
#[utoipa::path(
    operation_id = "logout",
    tag = "auth",
    responses(
        (status = 204, description = "the login has ended"),
        (status = 409, description = "the token was not made by logging in", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[post("/auth/logout")]
pub(super) async fn logout(Person(user): Person, services: Data<Services>, _: NoQuery) -> Answer {
    services.accounts.logout(&user).await?;
    answer::nothing()
}

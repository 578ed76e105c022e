use actix_web::post;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::tokens::TokensBody;
use crate::Services;
use crate::extract::{Guest, JsonBody, NoQuery};
use crate::problem::ProblemBody;
use crate::rest::answer::{self, Answer};

/// Who wants in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    #[schema(example = "alice")]
    username: String,
    #[schema(format = Password, example = "correct horse")]
    password: String,
}

/// Log in
///
/// An unknown user and a wrong password are answered alike.
#[utoipa::path(
    operation_id = "login",
    tag = "auth",
    security(),
    request_body(
        content = Credentials,
        example = json!({"username": "alice", "password": "correct horse"})
    ),
    responses(
        (status = 200, description = "a pair of tokens", body = TokensBody),
        (status = 401, description = "the username or the password is wrong", body = ProblemBody,
         content_type = "application/problem+json"),
        (status = 403, description = "the account is disabled", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[post("/auth/login")]
pub(super) async fn login(
    guest: Guest,
    services: Data<Services>,
    _: NoQuery,
    JsonBody(body): JsonBody<Credentials>,
) -> Answer {
    guest.tries(&body.username)?;
    let tokens = services.accounts.login(&body.username, body.password).await?;
    answer::ok(&TokensBody::from(&tokens))
}

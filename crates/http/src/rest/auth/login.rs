use actix_web::post;
use actix_web::web::Data;
use herald_application::TokenPair;
use serde::Deserialize;
use utoipa::ToSchema;

use super::tokens::TokensBody;
use crate::Services;
use crate::extract::{Guest, JsonBody, NoQuery};
use crate::problem::{Problem, ProblemBody};
use crate::rest::answer::{self, Answer};

/// Who wants in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    #[schema(example = "alice")]
    username: String,
    #[schema(format = Password, example = "correct horse")]
    password: String,
}

impl Credentials {
    /// Opens a login, and counts the attempt.
    pub(crate) async fn log_in(
        self,
        guest: &Guest,
        services: &Services,
    ) -> Result<TokenPair, Problem> {
        guest.tries(&self.username)?;
        Ok(services.accounts.login(&self.username, self.password).await?)
    }
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
    answer::ok(&TokensBody::from(&body.log_in(&guest, &services).await?))
}

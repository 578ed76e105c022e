use actix_web::post;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::tokens::TokensBody;
use crate::Services;
use crate::extract::{Guest, JsonBody, NoQuery};
use crate::problem::ProblemBody;
use crate::rest::answer::{self, Answer};

/// The refresh token of the last pair.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Refresh {
    #[schema(example = "hr_3q2-7w")]
    refresh_token: String,
}

/// Exchange a refresh token for a new pair
///
/// The old one is used up. Whoever uses it again ends the whole login, for then two parties hold it.
#[utoipa::path(
    operation_id = "refreshTokens",
    tag = "auth",
    security(),
    request_body(content = Refresh, example = json!({"refresh_token": "hr_3q2-7w"})),
    responses(
        (status = 200, description = "a new pair of tokens", body = TokensBody),
        (status = 401, description = "the token is not accepted", body = ProblemBody,
         content_type = "application/problem+json"),
        (status = 403, description = "the account is disabled", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[post("/auth/refresh")]
pub(super) async fn refresh(
    _: Guest,
    services: Data<Services>,
    _: NoQuery,
    JsonBody(body): JsonBody<Refresh>,
) -> Answer {
    let tokens = services.accounts.refresh(&body.refresh_token).await?;
    answer::ok(&TokensBody::from(&tokens))
}

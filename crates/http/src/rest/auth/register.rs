use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use herald_domain::User;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Services;
use crate::extract::{Guest, JsonBody, NoQuery};
use crate::problem::{Problem, ProblemBody};
use crate::rest::answer::{self, Answer};
use crate::rest::user::UserBody;

/// Who wants an account. Role and company are an administrator's to give.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Registration {
    /// letters, digits and `_ . : @ -`; case does not distinguish
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_.:@-]+$", example = "alice")]
    username: String,
    /// 8 to 72 bytes of UTF-8, none of them NUL
    #[schema(
        min_length = 8,
        max_length = 72,
        pattern = "^[^\\x00]+$",
        format = Password,
        example = "correct horse"
    )]
    password: String,
    #[schema(max_length = 254, format = Email, example = "alice@example.com")]
    email: Option<String>,
}

impl Registration {
    /// Adds the user.
    pub(crate) async fn register(self, services: &Services) -> Result<User, Problem> {
        let Self { username, password, email } = self;
        Ok(services.accounts.register(&username, password, email.as_deref()).await?)
    }
}

/// Register
///
/// Adds a user with a login, if the operator lets anybody register.
#[utoipa::path(
    operation_id = "register",
    tag = "auth",
    security(),
    request_body(
        content = Registration,
        example = json!({"username": "alice", "password": "correct horse"})
    ),
    responses(
        (status = 201, description = "the new user", body = UserBody),
        (status = 403, description = "registration is closed", body = ProblemBody,
         content_type = "application/problem+json"),
        (status = 409, description = "somebody else has that username", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[post("/auth/register")]
pub(super) async fn register(
    _: Guest,
    services: Data<Services>,
    _: NoQuery,
    JsonBody(body): JsonBody<Registration>,
) -> Answer {
    answer::json(HttpResponse::Created(), &UserBody::from(&body.register(&services).await?))
}

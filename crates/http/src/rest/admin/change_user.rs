use actix_web::patch;
use actix_web::web::Data;
use herald_domain::{Rule, UserId, Violation, Violations};
use herald_ports::UserChange;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Services;
use crate::extract::{Admin, JsonBody, NoQuery, PathParam};
use crate::rest::answer::{self, Answer};
use crate::rest::user::UserBody;

/// What is to be changed; what is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
struct UserPatch {
    /// any name; only `admin` has rights
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_.:@-]+$", example = "admin")]
    role: Option<String>,
    #[schema(min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9_.:@-]+$", example = "acme")]
    company: Option<String>,
}

impl UserPatch {
    fn parse(self) -> Result<UserChange, Violations> {
        if self.role.is_none() && self.company.is_none() {
            let detail = "must set at least one of role, company";
            return Err(Violation::new("body", Rule::Required, detail).into());
        }
        let mut broken = Violations::default();
        let role = self.role.and_then(|text| broken.take("role", text.parse()));
        let company = self.company.and_then(|text| broken.take("company", text.parse()));
        broken.into_result().map(|()| UserChange { role, company })
    }
}

/// Change a user
///
/// It holds at once, for every token and socket the user has.
#[utoipa::path(
    operation_id = "changeUser",
    tag = "admin",
    params(("id" = UserId, Path, description = "the user's id")),
    request_body(content = UserPatch, example = json!({"role": "admin"})),
    responses((status = 200, description = "the user as it is now", body = UserBody))
)]
#[patch("/admin/users/{id}")]
pub(super) async fn change_user(
    _: Admin,
    services: Data<Services>,
    PathParam(id): PathParam<UserId>,
    _: NoQuery,
    JsonBody(body): JsonBody<UserPatch>,
) -> Answer {
    let user = services.accounts.change(&id, body.parse()?).await?;
    answer::ok(&UserBody::from(&user))
}

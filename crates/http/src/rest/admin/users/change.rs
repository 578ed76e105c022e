use actix_web::patch;
use actix_web::web::Data;
use herald_domain::{Rule, UserId, Violation, Violations};
use herald_ports::UserChange;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Services;
use crate::extract::{Admin, JsonBody, NoQuery, PathParam, nullable};
use crate::problem::ProblemBody;
use crate::rest::answer::{self, Answer};
use crate::rest::user::ManagedUserBody;

/// What is to be changed; what is absent stays as it is. A null takes away the company, the e-mail
/// address or the phone number.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
struct UserPatch {
    /// any name; only `admin` has rights
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_.:@-]+$", example = "admin")]
    role: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(
        value_type = Option<String>,
        min_length = 1,
        max_length = 128,
        pattern = "^[A-Za-z0-9_.:@-]+$",
        example = "acme"
    )]
    company: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(
        value_type = Option<String>,
        min_length = 3,
        max_length = 254,
        format = Email,
        example = "alice@example.com"
    )]
    email: Option<Option<String>>,
    /// as E.164 has it
    #[serde(default, deserialize_with = "nullable")]
    #[schema(
        value_type = Option<String>,
        max_length = 16,
        pattern = "^\\+[1-9][0-9]{1,14}$",
        example = "+4915123456789"
    )]
    phone: Option<Option<String>>,
    /// whether the user may not act
    #[schema(example = false)]
    disabled: Option<bool>,
}

impl UserPatch {
    fn parse(self) -> Result<UserChange, Violations> {
        let mut broken = Violations::default();
        let wanted = UserChange {
            role: self.role.and_then(|text| broken.take("role", text.parse())),
            company: read(&mut broken, "company", self.company),
            email: read(&mut broken, "email", self.email),
            phone: read(&mut broken, "phone", self.phone),
            disabled: self.disabled,
        };
        broken.into_result()?;
        if wanted == UserChange::default() {
            let detail = "must set at least one of role, company, email, phone, disabled";
            return Err(Violation::new("body", Rule::Required, detail).into());
        }
        Ok(wanted)
    }
}

fn read<T: std::str::FromStr<Err = Violation>>(
    broken: &mut Violations,
    field: &str,
    text: Option<Option<String>>,
) -> Option<Option<T>> {
    text.map(|text| text.and_then(|text| broken.take(field, text.parse())))
}

/// Change a user
///
/// It holds at once, for every token and socket the user has.
#[utoipa::path(
    operation_id = "changeUser",
    tag = "admin",
    params(("id" = UserId, Path, description = "the user's id")),
    request_body(content = UserPatch, example = json!({"role": "admin", "company": null})),
    responses(
        (status = 200, description = "the user as it is now", body = ManagedUserBody),
        (status = 409, description = "last administrator", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[patch("/admin/users/{id}")]
pub(super) async fn change(
    _: Admin,
    services: Data<Services>,
    PathParam(id): PathParam<UserId>,
    _: NoQuery,
    JsonBody(body): JsonBody<UserPatch>,
) -> Answer {
    let user = services.accounts.change(&id, body.parse()?).await?;
    answer::ok(&ManagedUserBody::from(&user))
}

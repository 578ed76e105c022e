use std::str::FromStr;

use actix_web::get;
use actix_web::web::Data;
use herald_application::{Devices, WhoIsOnline};
use herald_domain::{Rule, UserId, Violation};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::Services;
use crate::extract::{QueryParams, ReadQuery, Reader, Trusted};
use crate::problem::ProblemBody;
use crate::rest::answer::{self, Answer};

/// Who of those that one sends to is online.
pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(presence);
}

/// Who is asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct PresenceQuery {
    /// their ids, with commas between them
    #[param(value_type = Vec<UserId>, style = Form, explode = false, min_items = 1, max_items = 100,
            example = json!(["alice", "bob"]))]
    users: Option<Ids>,
}

impl ReadQuery for PresenceQuery {
    fn read(query: &mut Reader) -> Self {
        Self { users: query.required("users") }
    }
}

/// Ids with commas between them.
struct Ids(Vec<UserId>);

impl FromStr for Ids {
    type Err = Violation;

    fn from_str(text: &str) -> Result<Self, Violation> {
        if text.split(',').count() > WhoIsOnline::MAX_USERS {
            return Err(Violation::new("", Rule::TooLong, "must hold at most 100"));
        }
        text.split(',').map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

/// Who of those that were asked for is online.
#[derive(Serialize, ToSchema)]
#[schema(as = Presence)]
struct PresenceBody<'a> {
    /// in the order asked
    items: Vec<UserPresenceBody<'a>>,
}

/// Whether somebody is online.
#[derive(Serialize, ToSchema)]
#[schema(as = UserPresence)]
struct UserPresenceBody<'a> {
    /// the user's id
    #[schema(value_type = UserId, example = "alice")]
    user: &'a UserId,
    /// whether a socket or a stream of the user is open
    #[schema(example = true)]
    online: bool,
    /// how many are
    #[schema(minimum = 0, example = 2)]
    devices: usize,
}

impl<'a> From<&'a Devices> for UserPresenceBody<'a> {
    fn from(Devices { user, devices }: &'a Devices) -> Self {
        Self { user, online: *devices > 0, devices: *devices }
    }
}

/// Who is online
///
/// Of up to 100 users, on how many devices each is connected at this moment. Whoever does not exist is
/// not online. Takes the role `admin`, or an API key with the scope `send`.
#[utoipa::path(
    operation_id = "getPresence",
    tag = "presence",
    params(PresenceQuery),
    responses(
        (status = 200, description = "each of them", body = PresenceBody),
        (status = 403, description = "not allowed", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[get("/presence")]
async fn presence(
    _: Trusted,
    services: Data<Services>,
    QueryParams(query): QueryParams<PresenceQuery>,
) -> Answer {
    let Ids(users) = query.users.unwrap_or(Ids(Vec::new()));
    let found = services.online.of(users).await?;
    answer::ok(&PresenceBody { items: found.iter().map(UserPresenceBody::from).collect() })
}

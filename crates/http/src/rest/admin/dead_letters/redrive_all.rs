use actix_web::post;
use actix_web::web::Data;
use herald_domain::{NotificationId, Rule, UserId, Violation, Violations};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Services;
use crate::extract::{Admin, JsonBody, NoQuery};
use crate::rest::answer::{self, Answer};
use crate::rest::channel::ExternalChannel;
use crate::rest::deliveries::filter;

/// Which dead letters; all of them, if nothing is said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RedriveRequest {
    channel: Option<ExternalChannel>,
    #[schema(min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9_.:@-]+$", example = "alice")]
    user: Option<String>,
    #[schema(minimum = 1, example = 5)]
    notification: Option<i64>,
}

/// How many were begun anew.
#[derive(Serialize, ToSchema)]
struct Redriven {
    #[schema(minimum = 0, maximum = 10_000, example = 42)]
    redriven: usize,
}

/// By channel, by user, by notification.
type Wanted = (Option<ExternalChannel>, Option<UserId>, Option<NotificationId>);

impl RedriveRequest {
    fn parse(self) -> Result<Wanted, Violations> {
        let mut broken = Violations::default();
        let user = self.user.and_then(|text| broken.take("user", text.parse()));
        let positive = |number| {
            let detail = "must be a positive number";
            let broken = || Violation::new("", Rule::OutOfRange, detail);
            Some(number).filter(|number| *number > 0).ok_or_else(broken)
        };
        let number =
            self.notification.and_then(|number| broken.take("notification", positive(number)));
        broken.into_result()?;
        Ok((self.channel, user, number.map(NotificationId::new)))
    }
}

/// Begin dead letters anew
///
/// At most 10,000 at a time, the oldest first: ask again as long as there are some.
#[utoipa::path(
    operation_id = "redriveDeadLetters",
    tag = "admin",
    request_body(content = RedriveRequest, example = json!({"channel": "email"})),
    responses((status = 200, description = "how many were begun anew", body = Redriven))
)]
#[post("/admin/dead-letters/redrive")]
pub(super) async fn redrive_all(
    _: Admin,
    services: Data<Services>,
    _: NoQuery,
    JsonBody(body): JsonBody<RedriveRequest>,
) -> Answer {
    let (channel, user, notification) = body.parse()?;
    let redriven = match filter(&services, channel, user, notification).await? {
        Some(filter) => services.deliveries.redrive_all(filter).await?,
        None => 0,
    };
    answer::ok(&Redriven { redriven })
}

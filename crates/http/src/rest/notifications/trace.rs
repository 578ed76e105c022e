use actix_web::get;
use actix_web::web::Data;
use herald_application::Explained;
use herald_domain::{NotificationId, UserId};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::Services;
use crate::extract::{Caller, PathParam, QueryParams, ReadQuery, Reader};
use crate::rest::answer::{self, Answer};
use crate::rest::decision::DecisionBody;
use crate::rest::delivery::DeliveryBody;

/// Whom it is asked about.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct TraceQuery {
    /// how which user was told; the caller, if absent. An API key has to say
    #[param(value_type = Option<String>, min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9_.:@-]+$", example = "bob")]
    user: Option<UserId>,
}

impl ReadQuery for TraceQuery {
    fn read(query: &mut Reader) -> Self {
        Self { user: query.value("user") }
    }
}

/// How a user was told of a notification, and why so.
#[derive(Serialize, ToSchema)]
#[schema(as = Trace)]
struct TraceBody<'a> {
    /// who
    #[schema(value_type = UserId, example = "alice")]
    user: &'a UserId,
    /// a line for each channel
    decisions: Vec<DecisionBody<'a>>,
    /// the messages that went out, or are about to, the oldest first
    deliveries: Vec<DeliveryBody<'a>>,
}

impl<'a> From<&'a Explained> for TraceBody<'a> {
    fn from(explained: &'a Explained) -> Self {
        let Explained { user, lines, deliveries } = explained;
        Self {
            user,
            decisions: lines.iter().map(|line| DecisionBody::new(user, line.clone())).collect(),
            deliveries: deliveries.iter().map(DeliveryBody::from).collect(),
        }
    }
}

/// Why and how somebody was told
///
/// For each channel the rule that decided it, and each attempt to deliver. Everybody may ask for themselves;
/// who sent it, and administrators, for every recipient. Everybody else is answered as if there were no such
/// notification.
#[utoipa::path(
    operation_id = "traceNotification",
    tag = "notifications",
    params(("id" = i64, Path, description = "the notification's number", minimum = 1, example = 5), TraceQuery),
    responses((status = 200, description = "what was decided, and what became of it", body = TraceBody))
)]
#[get("/notifications/{id}/trace")]
pub(super) async fn trace(
    Caller(caller): Caller,
    services: Data<Services>,
    PathParam(id): PathParam<NotificationId>,
    QueryParams(query): QueryParams<TraceQuery>,
) -> Answer {
    let explained = services.traces.trace(&caller, id, query.user).await?;
    answer::ok(&TraceBody::from(&explained))
}

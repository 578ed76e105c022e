use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use herald_application::RequestContext;
use herald_domain::{RawDraft, Receipt, State};
use utoipa::IntoParams;

use super::draft::DraftBody;
use super::dry_run::DryRunBody;
use crate::Services;
use crate::extract::{
    IdempotencyKey, JsonBody, QueryParams, ReadQuery, Reader, Sender, TraceParent,
};
use crate::problem::ProblemBody;
use crate::rest::answer::{self, Answer};

/// Whether anything is sent at all.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SendQuery {
    /// say how the first 100 users would be told, and tell nobody
    dry_run: Option<bool>,
}

impl ReadQuery for SendQuery {
    fn read(query: &mut Reader) -> Self {
        Self { dry_run: query.flag("dry_run") }
    }
}

/// Send a notification
///
/// Answered with 201, the notification is in every recipient's inbox. What is for a later time, for a
/// group, or for more than 100 users is answered with 202: it is stored, and put into one inbox after
/// the other from then on. What goes out by other channels does so afterwards, as its recipients and the
/// sender want: `GET /api/v1/notifications/{id}/trace` has what became of it.
///
/// Sending to oneself is free; sending to others takes the role `admin` or an API key with the scope
/// `send`, and creates users who are named and not known yet.
#[utoipa::path(
    operation_id = "sendNotification",
    tag = "notifications",
    params(("Idempotency-Key" = Option<String>, Header, nullable = false, min_length = 1, max_length = 255, pattern = "^[!#-~]+$",
            description = "the same request under the same key is sent once, and answered the same"),
           ("traceparent" = Option<String>, Header, nullable = false,
            description = "what the request belongs to (W3C Trace Context): what is delivered of it says so"),
           SendQuery),
    request_body(
        content = DraftBody,
        example = json!({"to": {"user": "alice"}, "title": "Build finished", "message": "main is green",
                         "kind": "success", "category": "ci", "data": {"run": 7}, "action_url": "/runs/7"})
    ),
    responses(
        (status = 200, description = "a dry run: how they would be told", body = DryRunBody),
        (status = 201, description = "it is in every recipient's inbox", body = Receipt,
         headers(("Location" = String, description = "the notification"))),
        (status = 202, description = "it is stored, and on its way or waiting for its time", body = Receipt,
         headers(("Location" = String, description = "the notification, and how far it has come"))),
        (status = 403, description = "the caller may not send to them", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[post("/notifications")]
pub(super) async fn send(
    Sender(sender): Sender,
    services: Data<Services>,
    key: IdempotencyKey,
    trace: TraceParent,
    QueryParams(query): QueryParams<SendQuery>,
    JsonBody(body): JsonBody<DraftBody>,
) -> Answer {
    if query.dry_run == Some(true) {
        let rehearsed = services.rehearsal.rehearse(&sender, body.into()).await?;
        return answer::ok(&DryRunBody::from(&rehearsed));
    }
    let request = key.canonical(&body);
    let key = key.on("POST /api/v1/notifications", &request);
    let context = RequestContext { key, traceparent: trace.as_deref() };
    let receipt = services.notifier.send(&sender, RawDraft::from(body), context).await?;
    let location = format!("/api/v1/notifications/{}", receipt.id);
    let mut answer = match receipt.state {
        State::Delivered => HttpResponse::Created(),
        State::Scheduled | State::Expanding | State::Cancelled => HttpResponse::Accepted(),
    };
    answer.insert_header((LOCATION, location));
    answer::json(answer, &receipt)
}

use actix_web::post;
use actix_web::web::Data;
use herald_application::RequestContext;
use herald_domain::{RawDraft, Receipt, Violation, Violations};
use herald_ports::Outcome;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::draft::DraftBody;
use crate::Services;
use crate::extract::{IdempotencyKey, JsonBody, NoQuery, Sender, TraceParent, parse_json};
use crate::problem::{EntryProblem, refused_entry};
use crate::rest::answer::{self, Answer};

/// Up to 1,000 notifications.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Batch {
    #[schema(value_type = Vec<DraftBody>, min_items = 1, max_items = 1000)]
    notifications: Vec<Box<RawValue>>,
}

/// What became of each notification, in the order sent.
#[derive(Serialize, ToSchema)]
#[schema(as = BatchResults)]
struct Results<'a> {
    #[schema(value_type = Vec<BatchResult>)]
    results: Vec<Entry<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Entry<'a> {
    Sent(&'a Receipt),
    Refused {
        #[serde(serialize_with = "refused_entry")]
        error: &'a [Violation],
    },
}

/// A receipt, or why it was refused.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "documents `Entry`, which is what is written")]
enum BatchResult<'a> {
    Sent(Receipt),
    Refused { error: EntryProblem<'a> },
}

/// One notification as it was read. One that cannot be read is held to its text when the request is
/// repeated.
#[derive(Serialize)]
#[serde(untagged)]
enum Part<'a> {
    Read(Box<DraftBody>),
    Unreadable {
        text: &'a RawValue,
        #[serde(skip)]
        broken: Violations,
    },
}

impl<'a> Part<'a> {
    fn read(text: &'a RawValue) -> Self {
        match parse_json(text.get().as_bytes()) {
            Ok(draft) => Self::Read(draft),
            Err(problem) => Self::Unreadable { text, broken: problem.into_violations() },
        }
    }

    fn draft(self) -> Result<RawDraft, Violations> {
        match self {
            Self::Read(draft) => Ok((*draft).into()),
            Self::Unreadable { broken, .. } => Err(broken),
        }
    }
}

impl<'a> From<&'a Outcome> for Entry<'a> {
    fn from(outcome: &'a Outcome) -> Self {
        match outcome {
            Outcome::Sent(receipt) => Self::Sent(receipt),
            Outcome::Refused(refusal) => Self::Refused { error: &refusal.violations },
        }
    }
}

/// Send many notifications
///
/// All are stored in one transaction. One that is refused does not stop the others: in its place
/// the answer has the problem.
#[utoipa::path(
    operation_id = "sendNotifications",
    tag = "notifications",
    params(("Idempotency-Key" = Option<String>, Header, nullable = false, min_length = 1, max_length = 255, pattern = "^[!#-~]+$",
            description = "the same request under the same key is sent once, and answered the same"),
           ("traceparent" = Option<String>, Header, nullable = false,
            description = "what the request belongs to (W3C Trace Context): what is delivered of it says so")),
    request_body(
        content = Batch,
        example = json!({"notifications": [{"to": {"users": ["alice", "bob"]}, "message": "main is green"}]})
    ),
    responses((status = 200, description = "what became of each, in the order sent", body = Results))
)]
#[post("/notifications/batch")]
pub(super) async fn batch(
    Sender(sender): Sender,
    services: Data<Services>,
    key: IdempotencyKey,
    trace: TraceParent,
    _: NoQuery,
    JsonBody(body): JsonBody<Batch>,
) -> Answer {
    let parts: Vec<_> = body.notifications.iter().map(|text| Part::read(text)).collect();
    let request = key.canonical(&parts);
    let key = key.on("POST /api/v1/notifications/batch", &request);
    let context = RequestContext { key, traceparent: trace.as_deref() };
    let drafts = parts.into_iter().map(Part::draft).collect();
    let outcomes = services.notifier.send_batch(&sender, drafts, context).await?;
    answer::ok(&Results { results: outcomes.iter().map(Entry::from).collect() })
}

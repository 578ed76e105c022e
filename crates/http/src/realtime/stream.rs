use std::rc::Rc;
use std::str::FromStr;

use actix_web::http::header::HeaderMap;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use herald_domain::{Rev, Rule, Violation};
use herald_realtime::{Context, MAX_SOCKETS_PER_USER, Peer, Resume};
use utoipa::IntoParams;

use super::listener::listener;
use super::sse::{EventBody, EventWire};
use crate::Services;
use crate::extract::{QueryParams, ReadQuery, Reader};
use crate::problem::{Code, Problem, ProblemBody};

const LAST_EVENT_ID: &str = "last-event-id";

/// What a stream is asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StreamQuery {
    /// a ticket, good for one stream
    #[param(ignore)]
    ticket: Option<String>,
    /// where to resume, for clients that cannot set the header `Last-Event-ID`
    #[param(value_type = Option<String>, pattern = "^([^\\x00]*:[0-9]{1,18})?$")]
    last_event_id: Option<Position>,
}

impl ReadQuery for StreamQuery {
    fn read(query: &mut Reader) -> Self {
        Self { ticket: query.text("ticket"), last_event_id: query.value("last_event_id") }
    }
}

/// Open a stream of events
///
/// Server-sent events: the messages of `herald.v1`, each with `type` as the event's name and, where
/// it has a position, `epoch:rev` as its id. A client that reconnects with `Last-Event-ID` hears
/// first what it has missed.
#[utoipa::path(
    tag = "realtime",
    operation_id = "openStream",
    security(("bearer" = []), ("ticket" = [])),
    params(
        StreamQuery,
        ("Last-Event-ID" = Option<String>, Header, nullable = false, pattern = "^([^\\x00]*:[0-9]{1,18})?$",
         description = "the id of the last event heard: `epoch:rev`"),
    ),
    responses(
        (status = 429, description = "the user has too many sockets and streams, or asks too often", body = ProblemBody,
         content_type = "application/problem+json"),
        (status = 200, description = "events, without end", body = String, content_type = "text/event-stream",
         example = json!("id: 5f0c:12\nevent: hello\ndata: {\"type\":\"hello\",\"rev\":12,\"unread\":3,\"unseen\":1,\"epoch\":\"5f0c\",\"heartbeat_seconds\":25}\n\n")),
        (status = 403, description = "this is an API key", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[get("/stream")]
pub(crate) async fn open_stream(
    request: HttpRequest,
    services: Data<Services>,
    query: QueryParams<StreamQuery>,
) -> Result<HttpResponse, Problem> {
    let QueryParams(StreamQuery { ticket, last_event_id }) = query;
    // the header says it better than the address, which a browser repeats unchanged
    let resume = position(request.headers())?.or(last_event_id.and_then(|Position(known)| known));
    let user = listener(&request, &services, ticket).await?;
    let Some(context) = request.app_data::<Rc<Context>>() else {
        return Err(Problem::hidden(Code::Internal, "not configured", &"no realtime context"));
    };
    if !context.shard.has_place(user.key) {
        let detail = format!("a user has at most {MAX_SOCKETS_PER_USER} sockets and streams");
        return Err(Problem::new(Code::TooManySockets, detail));
    }
    let wire = EventWire::new(context.driver.epoch().clone());
    let peer = Peer::silent(context, wire, &user, resume);
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        // nginx passes events on at once only if it is told so
        .insert_header(("x-accel-buffering", "no"))
        .streaming(EventBody(peer)))
}

/// Where the client wants to resume, if it says so in its header.
fn position(headers: &HeaderMap) -> Result<Option<Resume>, Problem> {
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    let Position(resume) = value
        .to_str()
        .unwrap_or("\u{0}")
        .parse()
        .map_err(|violation: Violation| Problem::from(violation.in_field(LAST_EVENT_ID)))?;
    Ok(resume)
}

/// The id of an event; empty before there was any.
struct Position(Option<Resume>);

impl FromStr for Position {
    type Err = Violation;

    fn from_str(text: &str) -> Result<Self, Violation> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        let resume = text.rsplit_once(':').and_then(|(epoch, rev)| {
            let digits = rev.bytes().all(|byte| byte.is_ascii_digit());
            let rev = rev.parse().ok().filter(|_| digits)?;
            Some(Resume { epoch: epoch.to_owned(), rev: Rev::new(rev) })
        });
        let detail = "must be the id of an event, such as 5f0c:12";
        resume.map(Some).map(Self).ok_or_else(|| Violation::new("", Rule::Format, detail))
    }
}

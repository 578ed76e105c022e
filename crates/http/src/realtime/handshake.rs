use actix_http::ws::{HandshakeError, handshake, verify_handshake};
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use herald_realtime::Format;

use super::Origins;
use super::listener::listener_if_named;
use super::ticket::TicketQuery;
use super::upgrade::Accepted;
use crate::Services;
use crate::extract::QueryParams;
use crate::problem::{Code, Problem, ProblemBody};

/// The subprotocol that sockets speak.
const PROTOCOL: &str = "herald.v1";

/// Open a socket
///
/// Speaks `herald.v1` as docs/protocol.md describes. Who it is says a `ticket`, an `Authorization`
/// header or, with neither, the first message within 5 seconds. A web page of another host must be
/// on the list of allowed origins.
#[utoipa::path(
    tag = "realtime",
    operation_id = "openSocket",
    security(("bearer" = []), ("ticket" = []), ()),
    responses(
        (status = 101, description = "the connection is a WebSocket now"),
        (status = 400, description = "not a WebSocket handshake", body = ProblemBody,
         content_type = "application/problem+json"),
        (status = 403, description = "the page's origin is not allowed, or this is an API key", body = ProblemBody,
         content_type = "application/problem+json"),
        (status = 426, description = "another version of WebSocket", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[get("/ws")]
pub(crate) async fn open_socket(
    request: HttpRequest,
    services: Data<Services>,
    origins: Data<Origins>,
    query: QueryParams<TicketQuery>,
) -> Result<HttpResponse, Problem> {
    check_handshake(&request, &origins)?;
    let protocol = negotiate(request.headers())?;
    let user = listener_if_named(&request, &services, query.0.ticket).await?;
    accept(&request, protocol, Accepted { user, format: Format::Herald, since: None })
}

/// Refuses what is no handshake, or comes from a page that may open none.
pub(crate) fn check_handshake(request: &HttpRequest, origins: &Origins) -> Result<(), Problem> {
    verify_handshake(request.head()).map_err(explain)?;
    origins.check(request.headers())
}

/// Answers a handshake, after which the connection is a session.
pub(crate) fn accept(
    request: &HttpRequest,
    protocol: Option<&'static str>,
    accepted: Accepted,
) -> Result<HttpResponse, Problem> {
    let mut response = handshake(request.head()).map_err(explain)?;
    if let Some(protocol) = protocol {
        response.insert_header((header::SEC_WEBSOCKET_PROTOCOL, protocol));
    }
    let mut response = HttpResponse::from(response.finish().map_into_boxed_body());
    response.extensions_mut().insert(accepted);
    Ok(response)
}

/// What a client offers must include what we speak, or it would close at once (RFC 6455 section
/// 4.1).
fn negotiate(headers: &HeaderMap) -> Result<Option<&'static str>, Problem> {
    let mut offers = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).peekable();
    if offers.peek().is_none() {
        return Ok(None);
    }
    let ours = offers
        .filter_map(|offer| offer.to_str().ok())
        .flat_map(|offer| offer.split(','))
        .any(|offer| offer.trim() == PROTOCOL);
    let refused =
        || Problem::new(Code::MalformedRequest, "sec-websocket-protocol must offer herald.v1");
    if ours { Ok(Some(PROTOCOL)) } else { Err(refused()) }
}

fn explain(error: HandshakeError) -> Problem {
    match error {
        HandshakeError::UnsupportedVersion => {
            Problem::new(Code::UpgradeRequired, "sec-websocket-version must be 13")
        }
        HandshakeError::GetMethodRequired
        | HandshakeError::NoWebsocketUpgrade
        | HandshakeError::NoConnectionUpgrade
        | HandshakeError::NoVersionHeader
        | HandshakeError::BadWebsocketKey => {
            let detail = format!("this takes a WebSocket handshake: {error}");
            Problem::new(Code::MalformedRequest, detail)
        }
    }
}

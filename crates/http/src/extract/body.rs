use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

use crate::problem::{Code, Problem};

/// The largest body, in bytes.
const LIMIT: usize = 256 * 1024;
/// How long a body may take to arrive, from its first byte to its last.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Reads a JSON body to its end, within the limits of size and time.
pub(super) async fn read(request: &HttpRequest, payload: Payload) -> Result<Bytes, Problem> {
    check_type(request)?;
    if declared_length(request).is_some_and(|length| length > LIMIT) {
        return Err(too_large());
    }
    match tokio::time::timeout(TIMEOUT, collect(payload)).await {
        Ok(body) => body,
        Err(_) => Err(Problem::new(Code::RequestTimeout, "a body has 10 seconds to arrive")),
    }
}

/// What the client claims; what really comes is counted as well.
fn declared_length(request: &HttpRequest) -> Option<usize> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn collect(mut payload: Payload) -> Result<Bytes, Problem> {
    let Some(first) = chunk(&mut payload).await? else { return Ok(Bytes::new()) };
    if first.len() > LIMIT {
        return Err(too_large());
    }
    // most bodies come in one piece, which need not be copied
    let Some(second) = chunk(&mut payload).await? else { return Ok(first) };
    let mut body = BytesMut::from(first);
    let mut next = Some(second);
    while let Some(more) = next {
        if body.len() + more.len() > LIMIT {
            return Err(too_large());
        }
        body.extend_from_slice(&more);
        next = chunk(&mut payload).await?;
    }
    Ok(body.freeze())
}

async fn chunk(payload: &mut Payload) -> Result<Option<Bytes>, Problem> {
    let cut_off = |_| Problem::new(Code::MalformedRequest, "the body ended before it was complete");
    payload.next().await.transpose().map_err(cut_off)
}

fn check_type(request: &HttpRequest) -> Result<(), Problem> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let essence = header(CONTENT_TYPE).and_then(|text| text.split(';').next()).unwrap_or("").trim();
    let subtype = essence.to_ascii_lowercase();
    let json = subtype.strip_prefix("application/").is_some_and(|subtype| {
        subtype == "json" || subtype.strip_suffix("+json").is_some_and(|prefix| !prefix.is_empty())
    });
    if !json {
        return Err(Problem::new(Code::UnsupportedMediaType, "the body must be application/json"));
    }
    match header(CONTENT_ENCODING) {
        None | Some("" | "identity") => Ok(()),
        Some(_) => Err(Problem::new(Code::UnsupportedMediaType, "the body must not be compressed")),
    }
}

fn too_large() -> Problem {
    Problem::new(Code::BodyTooLarge, "a body holds at most 256 KiB")
}

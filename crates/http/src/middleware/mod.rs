//! The one layer around all routes. It is passed by every request, so it is kept cheap.

mod figures;
mod headers;
mod request_id;
mod unread;
mod watch;

use std::future::Future;

use actix_service::Service;
use actix_web::Error;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{ConnectionType, Method, StatusCode};

use crate::{limit, problem};
pub(crate) use request_id::RequestIds;
use unread::Unread;
use watch::Watch;

/// Names the request, completes what went wrong, tells how the caller stands, adds the headers that
/// every answer has, and counts and logs the request.
///
/// HEAD is routed as GET: the connection sends the head of the answer only.
pub(crate) fn around<S>(
    mut request: ServiceRequest,
    service: &S,
    ids: &RequestIds,
) -> impl Future<Output = Result<ServiceResponse<BoxBody>, Error>> + use<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<BoxBody>, Error = Error>,
{
    let watch = Watch::begin(&request);
    let request_id = ids.of(request.headers());
    let head_only = request.method() == Method::HEAD;
    if head_only {
        request.head_mut().method = Method::GET;
    }
    let upgrade = request.head().upgrade();
    let unread = Unread::watch(&mut request);
    let answer = service.call(request);
    async move {
        let id = request_id.to_str().unwrap_or_default();
        let mut response = problem::complete(answer.await?, id);
        if head_only {
            response = response.map_body(|_, body| without_stream(body));
        }
        if upgrade && response.status() != StatusCode::SWITCHING_PROTOCOLS {
            // the connection would end all the same, but the client would not be told
            response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
        }
        if let Some(unread) = unread {
            response = response.map_body(|_, body| unread.until_answered(body));
        }
        watch.end(&response, id);
        limit::announce(&mut response);
        headers::add(&mut response, request_id);
        Ok(response)
    }
}

/// A stream that nobody reads would never end.
fn without_stream(body: BoxBody) -> BoxBody {
    match body.size() {
        BodySize::Stream => BoxBody::new(actix_web::body::None::new()),
        BodySize::None | BodySize::Sized(_) => body,
    }
}

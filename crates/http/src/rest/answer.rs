use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;

use crate::problem::{Code, Problem};

/// What a handler answers.
pub(crate) type Answer = Result<HttpResponse, Problem>;

/// 200 with a JSON body.
pub(crate) fn ok<T: Serialize>(body: &T) -> Answer {
    json(HttpResponse::Ok(), body)
}

/// Any answer with a JSON body.
pub(crate) fn json<T: Serialize>(mut answer: HttpResponseBuilder, body: &T) -> Answer {
    let bytes = serde_json::to_vec(body)
        .map_err(|error| Problem::hidden(Code::Internal, "the answer cannot be written", &error))?;
    let json = HeaderValue::from_static("application/json");
    Ok(answer.insert_header((CONTENT_TYPE, json)).body(bytes))
}

/// 204.
pub(crate) fn nothing() -> Answer {
    Ok(HttpResponse::new(StatusCode::NO_CONTENT))
}

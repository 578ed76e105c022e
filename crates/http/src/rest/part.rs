use actix_web::HttpResponse;
use actix_web::http::header::LINK;
use serde::Serialize;
use utoipa::IntoParams;

use super::answer::{self, Answer};
use super::cursor::{Cursor, Place};
use crate::extract::{ReadQuery, Reader};

/// Which part of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PartQuery<P: Place> {
    /// where the part begins: the `next_cursor` of the part before
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<P>>,
    /// how many at most; 20 if absent
    #[param(minimum = 1, maximum = 100, value_type = Option<u64>)]
    limit: Option<usize>,
}

impl<P: Place> ReadQuery for PartQuery<P> {
    fn read(query: &mut Reader) -> Self {
        Self { cursor: query.value("cursor"), limit: query.number("limit", 1..=100) }
    }
}

impl<P: Place + Clone> PartQuery<P> {
    /// The place after which the part begins.
    pub(super) fn after(&self) -> Option<P> {
        self.cursor.as_ref().map(|Cursor(place)| place.clone())
    }

    /// How many the part has at most.
    pub(super) fn limit(&self) -> usize {
        self.limit.unwrap_or(20)
    }

    /// 200 with a part of the list at `path`, and the links that lead on.
    pub(super) fn answer<B: Serialize>(&self, path: &str, next: Option<P>, body: &B) -> Answer {
        let base = format!("{path}?limit={}", self.limit());
        let mut answer = HttpResponse::Ok();
        answer.insert_header((LINK, links(&base, next.map(Cursor))));
        answer::json(answer, body)
    }
}

/// The `Link` header (RFC 8288) of a part: the list at its beginning, and after it.
pub(super) fn links<P: Place>(base: &str, next: Option<Cursor<P>>) -> String {
    let first = format!("<{base}>; rel=\"first\"");
    match next {
        Some(cursor) => format!("{first}, <{base}&cursor={cursor}>; rel=\"next\""),
        None => first,
    }
}

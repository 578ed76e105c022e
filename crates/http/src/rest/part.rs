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
        self.answer_filtered(path, &[], next, body)
    }

    /// The same, where the links lead on with the same filters.
    pub(super) fn answer_filtered<B: Serialize>(
        &self,
        path: &str,
        filters: &[(&str, Option<&str>)],
        next: Option<P>,
        body: &B,
    ) -> Answer {
        let base = base(path, self.limit(), filters);
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

/// The list at `path` with these filters, without the place where a part begins.
pub(super) fn base(path: &str, limit: usize, filters: &[(&str, Option<&str>)]) -> String {
    let mut base = format!("{path}?limit={limit}");
    for (name, value) in filters {
        if let Some(value) = value {
            base.extend(["&", name, "=", &encoded(value)]);
        }
    }
    base
}

/// The value as it stands in a query: names keep their form.
fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:@".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_query_gives_a_meaning_is_encoded() {
        assert_eq!(encoded("tenant:7@x-1_a.b"), "tenant:7@x-1_a.b");
        assert_eq!(encoded("a&b=c d+é%"), "a%26b%3Dc%20d%2B%C3%A9%25");
    }
}

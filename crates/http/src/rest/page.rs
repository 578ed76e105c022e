use herald_domain::{Rule, Violation};
use herald_ports::Position;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::cursor::{Cursor, Place};
use super::part;
use crate::extract::{ReadQuery, Reader};

/// The most entries of a page.
const MAX_LIMIT: usize = 100;

/// Which page of a list, named by a cursor or by its number.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery<P: Place> {
    /// where the page begins: the `next_cursor` of the page before
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<P>>,
    /// the page by its number, in place of a cursor; the answer then counts what matches
    #[param(minimum = 1, maximum = 1_000_000)]
    page: Option<u64>,
    /// how many at most; 20 if absent
    #[param(minimum = 1, maximum = 100, value_type = Option<u64>)]
    limit: Option<usize>,
}

/// What a page that was asked for by its number has besides.
#[derive(Serialize, ToSchema)]
pub(super) struct Numbered {
    #[schema(required = false, example = 1)]
    page: u64,
    #[schema(required = false, example = 20)]
    limit: usize,
    /// how many match in all
    #[schema(required = false, example = 42)]
    total: u64,
}

impl<P: Place> ReadQuery for PageQuery<P> {
    fn read(query: &mut Reader) -> Self {
        let read = Self {
            cursor: query.value("cursor"),
            page: query.number("page", 1..=1_000_000),
            limit: query.number("limit", 1..=MAX_LIMIT),
        };
        if read.cursor.is_some() && read.page.is_some() {
            let detail = "a page is named by its number or by a cursor, not by both";
            query.refuse(Violation::new("cursor", Rule::Contradiction, detail));
        }
        read
    }
}

impl<P: Place + Clone> PageQuery<P> {
    /// How many entries the page has at most.
    pub(super) fn limit(&self) -> usize {
        self.limit.unwrap_or(20)
    }

    /// Where the page begins.
    pub(super) fn position(&self) -> Position<P> {
        match self.page {
            Some(page) => Position::Offset((page - 1) * self.limit() as u64),
            None => Position::Cursor(self.cursor.as_ref().map(|Cursor(place)| place.clone())),
        }
    }

    /// The page's number and the list's length, if it was asked for by its number.
    pub(super) fn numbered(&self, total: Option<u64>) -> Option<Numbered> {
        let limit = self.limit();
        self.page.map(|page| Numbered { page, limit, total: total.unwrap_or_default() })
    }

    /// The `Link` header (RFC 8288) of the page: the list at `path` with the same filters, at its
    /// beginning, before and after.
    pub(super) fn links(
        &self,
        path: &str,
        filters: &[(&str, Option<&str>)],
        next: Option<P>,
    ) -> String {
        let base = part::base(path, self.limit(), filters);
        let Some(page) = self.page else {
            return part::links(&base, next.map(Cursor));
        };
        let link = |page: u64, relation: &str| format!("<{base}&page={page}>; rel=\"{relation}\"");
        let mut links = vec![link(1, "first")];
        if page > 1 {
            links.push(link(page - 1, "prev"));
        }
        if next.is_some() {
            links.push(link(page + 1, "next"));
        }
        links.join(", ")
    }
}

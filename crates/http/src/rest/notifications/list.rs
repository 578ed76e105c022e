use actix_web::http::header::LINK;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use herald_application::{Inbox, List};
use herald_domain::{
    Category, InboxItem, ItemBody, ItemFilter, Kind, Priority, Rev, Rule, Status, Topic, Violation,
};
use herald_ports::{Page, Position};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::page_links;
use crate::Services;
use crate::extract::{Person, QueryParams, ReadQuery, Reader};
use crate::rest::answer::{self, Answer};
use crate::rest::cursor::Cursor;

/// Which items, and where the page begins.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// by what was done with the item; `inbox`, all that is not archived, if absent
    #[param(inline)]
    pub(super) status: Option<Status>,
    /// by category
    #[param(value_type = Option<String>, min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_.:@-]+$")]
    pub(super) category: Option<Category>,
    /// by topic
    #[param(value_type = Option<String>, min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9_.:@-]+$")]
    pub(super) topic: Option<Topic>,
    /// by priority
    #[param(inline)]
    pub(super) priority: Option<Priority>,
    /// by kind
    #[param(inline)]
    pub(super) kind: Option<Kind>,
    /// where the page begins: the `next_cursor` of the page before
    #[param(value_type = Option<String>)]
    pub(super) cursor: Option<Cursor<Rev>>,
    /// the page by its number, in place of a cursor; the answer then counts the items
    #[param(minimum = 1, maximum = 1_000_000)]
    pub(super) page: Option<u64>,
    /// how many items at most; 20 if absent
    #[param(minimum = 1, maximum = 100, value_type = Option<u64>)]
    pub(super) limit: Option<usize>,
}

impl ReadQuery for ListQuery {
    fn read(query: &mut Reader) -> Self {
        let read = Self {
            status: query.value("status"),
            category: query.value("category"),
            topic: query.value("topic"),
            priority: query.value("priority"),
            kind: query.value("kind"),
            cursor: query.value("cursor"),
            page: query.number("page", 1..=1_000_000),
            limit: query.number("limit", 1..=Inbox::MAX_LIMIT),
        };
        if read.cursor.is_some() && read.page.is_some() {
            let detail = "a page is named by its number or by a cursor, not by both";
            query.refuse(Violation::new("cursor", Rule::Contradiction, detail));
        }
        read
    }
}

impl ListQuery {
    /// How many items a page has at most.
    pub(super) fn limit(&self) -> usize {
        self.limit.unwrap_or(20)
    }

    fn list(&self) -> List {
        let limit = self.limit();
        let filter = ItemFilter {
            status: self.status.unwrap_or_default(),
            category: self.category.clone(),
            topic: self.topic.clone(),
            priority: self.priority,
            kind: self.kind,
        };
        let position = match self.page {
            Some(page) => Position::Offset((page - 1) * limit as u64),
            None => Position::Cursor(self.cursor.map(|Cursor(rev)| rev)),
        };
        List { filter, position, limit }
    }
}

/// A page of the inbox.
#[derive(Serialize, ToSchema)]
#[schema(as = InboxPage)]
struct PageBody<'a> {
    /// newest first
    #[schema(value_type = Vec<ItemBody>)]
    items: &'a [InboxItem],
    /// where the next page begins; null on the last
    #[schema(required, example = "MTo3")]
    next_cursor: Option<String>,
    /// the inbox's revision at that moment
    #[schema(minimum = 0, example = 12)]
    rev: i64,
    /// items neither read nor archived
    #[schema(minimum = 0, example = 3)]
    unread: i64,
    /// items neither seen nor archived
    #[schema(minimum = 0, example = 1)]
    unseen: i64,
    #[serde(flatten)]
    #[schema(value_type = Numbered)]
    numbered: Option<Numbered>,
}

/// What a page that was asked for by its number has besides.
#[derive(Serialize, ToSchema)]
struct Numbered {
    #[schema(required = false, example = 1)]
    page: u64,
    #[schema(required = false, example = 20)]
    limit: usize,
    /// how many items match in all
    #[schema(required = false, example = 42)]
    total: u64,
}

impl<'a> PageBody<'a> {
    fn new(page: &'a Page, query: &ListQuery) -> Self {
        let numbered = |page_number| Numbered {
            page: page_number,
            limit: query.limit(),
            total: page.total.unwrap_or_default(),
        };
        Self {
            items: &page.items,
            next_cursor: page.next.map(|rev| Cursor(rev).to_string()),
            rev: page.head.rev.get(),
            unread: page.head.unread,
            unseen: page.head.unseen,
            numbered: query.page.map(numbered),
        }
    }
}

/// My inbox
///
/// Newest first. With `page`, the answer also has `page`, `limit` and `total`; going on by `cursor`
/// is the faster way, and misses nothing when new items arrive in between.
#[utoipa::path(
    operation_id = "listNotifications",
    tag = "notifications",
    params(ListQuery),
    responses((status = 200, description = "a page", body = PageBody,
               headers(("Link" = String, description = "RFC 8288: first, prev, next"))))
)]
#[get("/notifications")]
pub(super) async fn list(
    Person(user): Person,
    services: Data<Services>,
    QueryParams(query): QueryParams<ListQuery>,
) -> Answer {
    let page = services.inbox.list(user.key, query.list()).await?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((LINK, page_links::of(&query, page.next.map(Cursor))));
    answer::json(answer, &PageBody::new(&page, &query))
}

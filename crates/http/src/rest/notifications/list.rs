use actix_web::http::header::LINK;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use herald_application::List;
use herald_domain::{
    Category, InboxItem, ItemBody, ItemFilter, Kind, Priority, Rev, Status, Topic,
};
use herald_ports::Page;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::Services;
use crate::extract::{Person, QueryParams, ReadQuery, Reader};
use crate::rest::answer::{self, Answer};
use crate::rest::cursor::Cursor;
use crate::rest::page::{Numbered, PageQuery};

/// Which items, and which page of them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// by what was done with the item; `inbox`, all that is not archived, if absent
    #[param(inline)]
    status: Option<Status>,
    /// by category
    #[param(value_type = Option<String>, min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_.:@-]+$")]
    category: Option<Category>,
    /// by topic
    #[param(value_type = Option<String>, min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9_.:@-]+$")]
    topic: Option<Topic>,
    /// by priority
    #[param(inline)]
    priority: Option<Priority>,
    /// by kind
    #[param(inline)]
    kind: Option<Kind>,
    #[param(ignore)]
    page: PageQuery<Rev>,
}

impl ReadQuery for ListQuery {
    fn read(query: &mut Reader) -> Self {
        Self {
            status: query.value("status"),
            category: query.value("category"),
            topic: query.value("topic"),
            priority: query.value("priority"),
            kind: query.value("kind"),
            page: PageQuery::read(query),
        }
    }
}

impl ListQuery {
    fn list(&self) -> List {
        let filter = ItemFilter {
            status: self.status.unwrap_or_default(),
            category: self.category.clone(),
            topic: self.topic.clone(),
            priority: self.priority,
            kind: self.kind,
        };
        List { filter, position: self.page.position(), limit: self.page.limit() }
    }

    fn links(&self, next: Option<Rev>) -> String {
        let filters = [
            ("status", self.status.map(|status| status.as_str())),
            ("category", self.category.as_ref().map(|category| category.as_str())),
            ("topic", self.topic.as_ref().map(|topic| topic.as_str())),
            ("priority", self.priority.map(|priority| priority.as_str())),
            ("kind", self.kind.map(|kind| kind.as_str())),
        ];
        self.page.links("/api/v1/notifications", &filters, next)
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

impl<'a> PageBody<'a> {
    fn new(page: &'a Page, query: &ListQuery) -> Self {
        Self {
            items: &page.items,
            next_cursor: page.next.map(|rev| Cursor(rev).to_string()),
            rev: page.head.rev.get(),
            unread: page.head.unread,
            unseen: page.head.unseen,
            numbered: query.page.numbered(page.total),
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
    params(ListQuery, PageQuery<Rev>),
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
    answer.insert_header((LINK, query.links(page.next)));
    answer::json(answer, &PageBody::new(&page, &query))
}

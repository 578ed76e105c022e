use herald_domain::Rev;

use super::list::ListQuery;
use crate::rest::cursor::Cursor;
use crate::rest::part;

/// The `Link` header (RFC 8288) of a page: the same list at its beginning, before and after.
pub(super) fn of(query: &ListQuery, next: Option<Cursor<Rev>>) -> String {
    let base = base(query);
    let Some(page) = query.page else {
        return part::links(&base, next);
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

/// The list without its position. Every value is of letters that a query may hold as they are.
fn base(query: &ListQuery) -> String {
    let filters = [
        ("status", query.status.map(|status| status.as_str())),
        ("category", query.category.as_ref().map(|category| category.as_str())),
        ("topic", query.topic.as_ref().map(|topic| topic.as_str())),
        ("priority", query.priority.map(|priority| priority.as_str())),
        ("kind", query.kind.map(|kind| kind.as_str())),
    ];
    let mut base = format!("/api/v1/notifications?limit={}", query.limit());
    for (name, value) in filters {
        if let Some(value) = value {
            base.extend(["&", name, "=", value]);
        }
    }
    base
}

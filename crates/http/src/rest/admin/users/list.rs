use actix_web::http::header::LINK;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use herald_domain::{Company, Prefix, Role, UserFilter, UserKey};
use herald_ports::UserPage;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::Services;
use crate::extract::{Admin, QueryParams, ReadQuery, Reader};
use crate::rest::answer::{self, Answer};
use crate::rest::cursor::Cursor;
use crate::rest::page::{Numbered, PageQuery};
use crate::rest::user::ManagedUserBody;

/// Which users, and which page of them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct UsersQuery {
    /// by company
    #[param(value_type = Option<String>, min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9_.:@-]+$")]
    company: Option<Company>,
    /// by role
    #[param(value_type = Option<String>, min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_.:@-]+$")]
    role: Option<Role>,
    /// by whether they are disabled
    disabled: Option<bool>,
    /// by what the id, the login name or the e-mail address begins with, in any case
    #[param(value_type = Option<String>, min_length = 1, max_length = 254, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]+$")]
    q: Option<Prefix>,
    #[param(ignore)]
    page: PageQuery<UserKey>,
}

impl ReadQuery for UsersQuery {
    fn read(query: &mut Reader) -> Self {
        Self {
            company: query.value("company"),
            role: query.value("role"),
            disabled: query.flag("disabled"),
            q: query.value("q"),
            page: PageQuery::read(query),
        }
    }
}

impl UsersQuery {
    fn filter(&self) -> UserFilter {
        UserFilter {
            company: self.company.clone(),
            role: self.role.clone(),
            disabled: self.disabled,
            search: self.q.clone(),
        }
    }

    fn links(&self, next: Option<UserKey>) -> String {
        let filters = [
            ("company", self.company.as_ref().map(|company| company.as_str())),
            ("role", self.role.as_ref().map(|role| role.as_str())),
            ("disabled", self.disabled.map(|disabled| if disabled { "true" } else { "false" })),
            ("q", self.q.as_ref().map(|prefix| prefix.as_str())),
        ];
        self.page.links("/api/v1/admin/users", &filters, next)
    }
}

/// A page of users.
#[derive(Serialize, ToSchema)]
#[schema(as = UserPage)]
struct UsersBody<'a> {
    /// in the order in which they became users
    items: Vec<ManagedUserBody<'a>>,
    /// where the next page begins; null on the last
    #[schema(required, example = "MTo3")]
    next_cursor: Option<String>,
    #[serde(flatten)]
    #[schema(value_type = Numbered)]
    numbered: Option<Numbered>,
}

impl<'a> UsersBody<'a> {
    fn new(page: &'a UserPage, query: &UsersQuery) -> Self {
        Self {
            items: page.users.iter().map(ManagedUserBody::from).collect(),
            next_cursor: page.next.map(|key| Cursor(key).to_string()),
            numbered: query.page.numbered(page.total),
        }
    }
}

/// List users
///
/// Filters may be combined. With `page`, the answer also has `page`, `limit` and `total`; going on by
/// `cursor` is the faster way, and misses nobody when others are added in between.
#[utoipa::path(
    operation_id = "listUsers",
    tag = "admin",
    params(UsersQuery, PageQuery<UserKey>),
    responses((status = 200, description = "a page", body = UsersBody,
               headers(("Link" = String, description = "RFC 8288: first, prev, next"))))
)]
#[get("/admin/users")]
pub(super) async fn list(
    _: Admin,
    services: Data<Services>,
    QueryParams(query): QueryParams<UsersQuery>,
) -> Answer {
    let (position, limit) = (query.page.position(), query.page.limit());
    let page = services.accounts.list(query.filter(), position, limit).await?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((LINK, query.links(page.next)));
    answer::json(answer, &UsersBody::new(&page, &query))
}

use actix_web::get;
use actix_web::web::Data;
use herald_application::Inbox;
use herald_domain::{Changes, Epoch, InboxItem, ItemBody, NotificationId, Rev};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::Services;
use crate::extract::{Person, QueryParams, ReadQuery, Reader};
use crate::problem::ProblemBody;
use crate::rest::answer::{self, Answer};

/// The position that a copy of the inbox has reached.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct ChangesQuery {
    /// the revision reached; 0 for everything
    #[param(minimum = 0, example = 9)]
    since: i64,
    /// the database that the revision is of, as the last answer had it
    epoch: Option<String>,
    /// about how many changes at most; 100 if absent. Revisions are never cut in two
    #[param(minimum = 1, maximum = 500, value_type = Option<u64>)]
    limit: Option<usize>,
}

impl ReadQuery for ChangesQuery {
    fn read(query: &mut Reader) -> Self {
        let since = query.required_number("since", 0..=i64::MAX);
        Self {
            since: since.unwrap_or_default(),
            epoch: query.text("epoch"),
            limit: query.number("limit", 1..=Inbox::MAX_CHANGES),
        }
    }
}

/// What happened after a position, brought down to what it comes to.
#[derive(Serialize, ToSchema)]
#[schema(as = Changes)]
struct ChangesBody<'a> {
    /// the database that the revisions are of
    #[schema(value_type = String, example = "f3a9c1")]
    epoch: &'a Epoch,
    /// the position that a copy has reached once it applied this
    #[schema(value_type = i64, minimum = 0, example = 12)]
    rev: Rev,
    /// items neither read nor archived
    #[schema(minimum = 0, example = 3)]
    unread: i64,
    /// items neither seen nor archived
    #[schema(minimum = 0, example = 1)]
    unseen: i64,
    /// touched items as they are now, in order of their revision
    #[schema(value_type = Vec<ItemBody>)]
    items: &'a [InboxItem],
    /// the numbers of removed items
    #[schema(value_type = Vec<i64>, example = json!([4]))]
    deleted: &'a [NotificationId],
    /// whether there is more: ask again from `rev`
    more: bool,
}

impl<'a> From<&'a Changes> for ChangesBody<'a> {
    fn from(told: &'a Changes) -> Self {
        Self {
            epoch: &told.epoch,
            rev: told.rev,
            unread: told.head.unread,
            unseen: told.head.unseen,
            items: &told.items,
            deleted: &told.deleted,
            more: told.more,
        }
    }
}

/// What changed since
///
/// Brings a copy of the inbox up to date, however long it was away. Where that cannot be done, the
/// answer is 410: read the list again.
#[utoipa::path(
    operation_id = "listChanges",
    tag = "notifications",
    params(ChangesQuery),
    responses(
        (status = 200, description = "the changes", body = ChangesBody),
        (status = 410, description = "the position is lost", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[get("/notifications/changes")]
pub(super) async fn changes(
    Person(user): Person,
    services: Data<Services>,
    QueryParams(query): QueryParams<ChangesQuery>,
) -> Answer {
    let (since, limit) = (Rev::new(query.since), query.limit.unwrap_or(100));
    let told = services.inbox.changes(user.key, since, query.epoch.as_deref(), limit).await?;
    answer::ok(&ChangesBody::from(&told))
}

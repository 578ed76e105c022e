use herald_application::Inbox;
use herald_domain::{InboxItem, ItemFilter, UserId, UserKey};
use utoipa::IntoParams;

use crate::extract::{ReadQuery, Reader};
use crate::problem::Problem;

/// Which part of an inbox.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PartQuery {
    /// which page, from 1; the first if absent
    #[param(minimum = 1, maximum = 1_000_000)]
    page: Option<u64>,
    /// how many at most
    #[param(minimum = 1, maximum = 1_000, value_type = Option<u64>)]
    limit: Option<usize>,
}

/// The same, of an inbox that the query names.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct InboxQuery {
    /// whose inbox; the caller's if absent, and no other
    #[param(value_type = Option<String>, min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9_.:@-]+$")]
    pub(super) user_id: Option<UserId>,
    #[param(ignore)]
    pub(super) part: PartQuery,
}

impl PartQuery {
    /// The most items in one answer, and how many an inbox keeps unless the operator says otherwise.
    pub(super) const MOST: usize = 1_000;

    /// The items of that part, newest first; so many on a page if the query does not say.
    pub(super) async fn of(
        &self,
        inbox: &Inbox,
        user: UserKey,
        usual: usize,
    ) -> Result<Vec<InboxItem>, Problem> {
        let limit = self.limit.unwrap_or(usual);
        let skip = (self.page.unwrap_or(1) - 1) * limit as u64;
        Ok(inbox.newest(user, ItemFilter::default(), skip, limit).await?)
    }
}

impl ReadQuery for PartQuery {
    fn read(query: &mut Reader) -> Self {
        Self {
            page: query.number("page", 1..=1_000_000),
            limit: query.number("limit", 1..=Self::MOST),
        }
    }
}

impl ReadQuery for InboxQuery {
    fn read(query: &mut Reader) -> Self {
        Self { user_id: query.value("user_id"), part: PartQuery::read(query) }
    }
}

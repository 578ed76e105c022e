use serde::{Deserialize, Serialize};

use crate::{Flags, Rev};

/// Where one user's inbox stands: its latest revision and its counts.
///
/// A store keeps one per user and changes it in the transaction of the change itself, under that
/// row's lock, so that the counts can never drift from the items.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Head {
    /// the latest revision
    #[cfg_attr(feature = "openapi", schema(value_type = i64, minimum = 0, example = 12))]
    pub rev: Rev,
    /// items neither read nor archived
    #[cfg_attr(feature = "openapi", schema(minimum = 0, example = 3))]
    pub unread: i64,
    /// items neither seen nor archived
    #[cfg_attr(feature = "openapi", schema(minimum = 0, example = 1))]
    pub unseen: i64,
}

impl Head {
    /// After one new item.
    #[must_use]
    pub fn appended(self) -> Self {
        Self { rev: self.rev.next(), unread: self.unread + 1, unseen: self.unseen + 1 }
    }

    /// After one change of flags, which may concern many items: `(before, after)` of each.
    #[must_use]
    pub fn changed(self, items: &[(Flags, Flags)]) -> Self {
        let mut head = Self { rev: self.rev.next(), ..self };
        for (before, after) in items {
            head.unread += i64::from(after.counts_unread()) - i64::from(before.counts_unread());
            head.unseen += i64::from(after.counts_unseen()) - i64::from(before.counts_unseen());
        }
        head
    }

    /// After one removal, which may concern many items: the flags they had.
    #[must_use]
    pub fn removed(self, items: &[Flags]) -> Self {
        let mut head = Self { rev: self.rev.next(), ..self };
        for flags in items {
            head.unread -= i64::from(flags.counts_unread());
            head.unseen -= i64::from(flags.counts_unseen());
        }
        head
    }
}

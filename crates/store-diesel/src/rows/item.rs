use std::sync::Arc;

use diesel::prelude::*;
use herald_domain::{Flags, Head, InboxItem, Rev, Timestamp};

use super::ContentRow;
use crate::failure::Failure;
use crate::inbox::Doomed;
use crate::schema::{inbox_heads, inbox_items};

/// A head as it is read: `(rev, unread, unseen)`.
pub(crate) type HeadRow = (i64, i64, i64);

/// The columns of a [`HeadRow`].
pub(crate) const HEAD: (inbox_heads::rev, inbox_heads::unread, inbox_heads::unseen) =
    (inbox_heads::rev, inbox_heads::unread, inbox_heads::unseen);

/// A user without items has no row, and a head of zeros.
pub(crate) fn head((rev, unread, unseen): HeadRow) -> Head {
    Head { rev: Rev::new(rev), unread, unseen }
}

/// What a user did with an item: when it was seen, read and archived.
#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = inbox_items)]
pub(crate) struct FlagsRow {
    seen_at: Option<i64>,
    read_at: Option<i64>,
    archived_at: Option<i64>,
}

impl From<FlagsRow> for Flags {
    fn from(row: FlagsRow) -> Self {
        Self {
            seen_at: row.seen_at.map(Timestamp::from_micros),
            read_at: row.read_at.map(Timestamp::from_micros),
            archived_at: row.archived_at.map(Timestamp::from_micros),
        }
    }
}

/// An item, joined with its notification.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = inbox_items)]
pub(crate) struct ItemRow {
    /// the revision that added it
    pub(crate) seq: i64,
    /// the revision that last touched it
    pub(crate) rev: i64,
    #[diesel(embed)]
    pub(crate) flags: FlagsRow,
    #[diesel(embed)]
    notification: ContentRow,
}

impl ItemRow {
    /// The item as one that is to be removed.
    pub(crate) fn doomed(&self) -> Doomed {
        Doomed { seq: self.seq, notification: self.notification.id, flags: self.flags }
    }
}

impl TryFrom<ItemRow> for InboxItem {
    type Error = Failure;

    fn try_from(row: ItemRow) -> Result<Self, Failure> {
        Ok(Self {
            notification: Arc::new(row.notification.try_into()?),
            rev: Rev::new(row.rev),
            flags: row.flags.into(),
        })
    }
}

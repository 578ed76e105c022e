use diesel::prelude::*;
use herald_domain::{Changes, Epoch, InboxItem, NotificationId, Rev, UserKey};
use herald_ports::Resync;

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::rows::{HEAD, HeadRow, ItemRow, head};
use crate::schema::inbox_tombstones as tombstones;
use crate::schema::{inbox_heads as heads, inbox_items as items, notifications};
use crate::statements::RangeDsl;

pub(super) fn changes(
    conn: &mut Conn,
    epoch: Epoch,
    user: UserKey,
    since: Rev,
    limit: usize,
) -> Result<Result<Changes, Resync>, Failure> {
    let row: Option<(HeadRow, i64)> = on_conn!(conn, c => heads::table
        .filter(heads::usr.eq(user.get()))
        .select((HEAD, heads::floor))
        .get_result(c)
        .optional())?;
    let (row, floor) = row.unwrap_or_default();
    let head = head(row);
    if since > head.rev {
        return Ok(Err(Resync::Unknown));
    }
    if since.get() < floor {
        return Ok(Err(Resync::Pruned));
    }
    // one more than asked for, to see whether there is more
    let limit = limit.max(1);
    let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut log = Log::read(conn, user, since, head.rev, most)?;
    let cut = log.end_of(limit);
    if let Some(upto) = cut {
        log = Log::read(conn, user, since, upto, i64::MAX)?;
    }
    let upto = cut.unwrap_or(head.rev);
    Ok(Ok(Changes {
        epoch,
        rev: upto,
        head,
        more: upto < head.rev,
        deleted: log.deleted.iter().map(|(_, id)| NotificationId::new(*id)).collect(),
        items: log.items.into_iter().map(InboxItem::try_from).collect::<Result<_, _>>()?,
    }))
}

/// What happened in a range of revisions.
struct Log {
    /// by revision
    items: Vec<ItemRow>,
    /// revisions and notifications, by revision
    deleted: Vec<(i64, i64)>,
}

impl Log {
    /// Reads what happened after `since` and up to `upto`, at most so many of each kind.
    fn read(
        conn: &mut Conn,
        user: UserKey,
        since: Rev,
        upto: Rev,
        most: i64,
    ) -> Result<Self, Failure> {
        let (user, since, upto) = (user.get(), since.get(), upto.get());
        let added: Vec<ItemRow> = on_conn!(conn, c => items::table
            .inner_join(notifications::table)
            .filter(items::usr.eq(user))
            .filter(items::seq.gt(since))
            .filter(items::seq.le(upto))
            .filter(items::rev.eq(items::seq))
            .order(items::seq)
            .select(ItemRow::as_select())
            .range(0, most)
            .load(c))?;
        let touched: Vec<ItemRow> = on_conn!(conn, c => items::table
            .inner_join(notifications::table)
            .filter(items::usr.eq(user))
            .filter(items::rev.gt(since))
            .filter(items::rev.le(upto))
            .filter(items::rev.ne(items::seq))
            .order((items::rev, items::seq))
            .select(ItemRow::as_select())
            .range(0, most)
            .load(c))?;
        let deleted = on_conn!(conn, c => tombstones::table
            .filter(tombstones::usr.eq(user))
            .filter(tombstones::rev.gt(since))
            .filter(tombstones::rev.le(upto))
            .order((tombstones::rev, tombstones::notification))
            .select((tombstones::rev, tombstones::notification))
            .range(0, most)
            .load(c))?;
        let mut items = added;
        items.extend(touched);
        items.sort_by_key(|row| (row.rev, row.seq));
        Ok(Self { items, deleted })
    }

    fn len(&self) -> usize {
        self.items.len() + self.deleted.len()
    }

    /// The revision of the entry that reaches the limit, if there are more entries than that.
    fn end_of(&self, limit: usize) -> Option<Rev> {
        if self.len() <= limit {
            return None;
        }
        let mut revs: Vec<_> = self
            .items
            .iter()
            .map(|row| row.rev)
            .chain(self.deleted.iter().map(|(rev, _)| *rev))
            .collect();
        revs.sort_unstable();
        revs.get(limit - 1).copied().map(Rev::new)
    }
}

mod changes;
mod page;
mod patch;
mod remove;
mod whole;

use async_trait::async_trait;
use diesel::prelude::*;
use herald_domain::{
    Changes, Epoch, Head, InboxItem, ItemFilter, NotificationId, Patch, Rev, Timestamp, UserKey,
};
use herald_ports::{Delivered, InboxStore, Page, Position, Resync, StoreError, Written};

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::rows::{HEAD, HeadRow, ItemRow, head};
use crate::schema::{inbox_heads, inbox_items, notifications};
use crate::statements::{InListDsl, List};
use crate::store::DieselStore;

pub(crate) use remove::{Doomed, Released, remove};

#[async_trait]
impl InboxStore for DieselStore {
    fn epoch(&self) -> Epoch {
        self.epoch.clone()
    }

    async fn head(&self, user: UserKey) -> Result<Head, StoreError> {
        self.read(move |conn| read_head(conn, user)).await
    }

    async fn heads(&self, users: Vec<UserKey>) -> Result<Vec<Delivered>, StoreError> {
        self.read(move |conn| read_heads(conn, &users)).await
    }

    async fn page(
        &self,
        user: UserKey,
        filter: ItemFilter,
        position: Position<Rev>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.read(move |conn| page::page(conn, user, &filter, position, limit)).await
    }

    async fn item(
        &self,
        user: UserKey,
        id: NotificationId,
    ) -> Result<Option<InboxItem>, StoreError> {
        self.read(move |conn| {
            let row = named(conn, user, &[id])?.pop();
            row.map(InboxItem::try_from).transpose()
        })
        .await
    }

    async fn changes(
        &self,
        user: UserKey,
        since: Rev,
        limit: usize,
    ) -> Result<Result<Changes, Resync>, StoreError> {
        let epoch = self.epoch.clone();
        self.read(move |conn| {
            conn.at_one_moment(|conn| changes::changes(conn, epoch.clone(), user, since, limit))
        })
        .await
    }

    async fn patch(
        &self,
        user: UserKey,
        ids: Vec<NotificationId>,
        patch: Patch,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        self.write(move |conn| patch::patch(conn, user, &ids, patch, now)).await
    }

    async fn delete(
        &self,
        user: UserKey,
        ids: Vec<NotificationId>,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        self.write(move |conn| remove::delete(conn, user, &ids, now)).await
    }

    async fn read_all(&self, user: UserKey, now: Timestamp) -> Result<Written, StoreError> {
        self.write(move |conn| whole::read_all(conn, user, now)).await
    }

    async fn seen_all(&self, user: UserKey, now: Timestamp) -> Result<Written, StoreError> {
        self.write(move |conn| whole::seen_all(conn, user, now)).await
    }
}

fn read_heads(conn: &mut Conn, users: &[UserKey]) -> Result<Vec<Delivered>, Failure> {
    let users = &List::of_numbers(users.iter().map(|user| user.get()));
    let rows: Vec<(i64, HeadRow)> = on_conn!(conn, c => inbox_heads::table
        .filter(inbox_heads::usr.in_list(users))
        .order(inbox_heads::usr)
        .select((inbox_heads::usr, HEAD))
        .load(c))?;
    let stands = |(user, row)| Delivered { user: UserKey::new(user), head: head(row) };
    Ok(rows.into_iter().map(stands).collect())
}

/// Where an inbox stands.
fn read_head(conn: &mut Conn, user: UserKey) -> Result<Head, Failure> {
    let row: Option<HeadRow> = on_conn!(conn, c => inbox_heads::table
        .filter(inbox_heads::usr.eq(user.get()))
        .select(HEAD)
        .get_result(c)
        .optional())?;
    Ok(row.map(head).unwrap_or_default())
}

/// Where an inbox stands until the end of the transaction, which is one that writes; `None` if nobody
/// has it.
fn hold_head(conn: &mut Conn, user: UserKey) -> Result<Option<Head>, Failure> {
    let row = inbox_heads::table.filter(inbox_heads::usr.eq(user.get())).select(HEAD);
    let row: Option<HeadRow> = match conn {
        Conn::Sqlite(c) => row.get_result(c),
        Conn::Pg(c) => row.for_update().get_result(c),
    }
    .optional()?;
    Ok(row.map(head))
}

/// What comes of a write to an inbox that nobody has.
fn nothing() -> Written {
    Written { head: Head::default(), event: None, items: Vec::new() }
}

/// Moves the head of an inbox that has had items.
fn write_head(conn: &mut Conn, user: UserKey, head: Head) -> Result<(), Failure> {
    let columns = (
        inbox_heads::rev.eq(head.rev.get()),
        inbox_heads::unread.eq(head.unread),
        inbox_heads::unseen.eq(head.unseen),
    );
    on_conn!(conn, c => diesel::update(inbox_heads::table.find(user.get()))
        .set(columns)
        .execute(c))?;
    Ok(())
}

/// Those of the named items that are in the user's inbox, in the order of their ids.
///
/// Found among the user's own items: an index by notification would cost every send a page.
fn named(conn: &mut Conn, user: UserKey, ids: &[NotificationId]) -> Result<Vec<ItemRow>, Failure> {
    let ids = List::of_numbers(ids.iter().map(|id| id.get()));
    Ok(on_conn!(conn, c => inbox_items::table
        .inner_join(notifications::table)
        .filter(inbox_items::usr.eq(user.get()))
        .filter(inbox_items::notification.in_list(&ids))
        .order(inbox_items::notification)
        .select(ItemRow::as_select())
        .load(c))?)
}

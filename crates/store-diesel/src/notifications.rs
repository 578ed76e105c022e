mod append;
mod concern;
mod deliver;
mod hold;
mod known;
mod recipients;
mod together;
mod unwilling;

use async_trait::async_trait;
use diesel::prelude::*;
use herald_domain::NotificationId;
use herald_ports::{
    Accepted, Append, Idempotency, NotificationStore, SentNotification, StoreError,
};

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::idempotency;
use crate::rows::SentRow;
use crate::schema::notifications;
use crate::store::DieselStore;

pub(crate) use append::append;
pub(crate) use concern::Concern;
pub(crate) use deliver::deliver;
pub(crate) use together::{append_together, is_plain};

#[async_trait]
impl NotificationStore for DieselStore {
    async fn append(&self, append: Append) -> Result<Accepted, StoreError> {
        if !self.writes_alone() && is_plain(&append) {
            return self.write_send(append).await;
        }
        self.write(move |conn| self::append(conn, &append)).await
    }

    async fn replay(&self, idempotency: Idempotency) -> Result<Option<Accepted>, StoreError> {
        self.read(move |conn| idempotency::answered(conn, &idempotency)).await
    }

    async fn sent(&self, id: NotificationId) -> Result<Option<SentNotification>, StoreError> {
        self.read(move |conn| sent(conn, id)).await
    }
}

/// A notification as it was sent.
pub(crate) fn sent(
    conn: &mut Conn,
    id: NotificationId,
) -> Result<Option<SentNotification>, Failure> {
    let row: Option<SentRow> = on_conn!(conn, c => notifications::table
        .filter(notifications::id.eq(id.get()))
        .select(SentRow::as_select())
        .get_result(c)
        .optional())?;
    row.map(SentNotification::try_from).transpose()
}

mod reach;
mod register;
mod row;

use std::collections::HashMap;

use async_trait::async_trait;
use diesel::prelude::*;
use herald_domain::{Address, Channel, EndpointId, Timestamp, UserKey};
use herald_ports::{Endpoint, EndpointStore, NewEndpoint, Registered, StoreError};

use self::row::EndpointRow;
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::locks;
use crate::schema::endpoints;
use crate::statements::{InListDsl, List};
use crate::store::DieselStore;

pub(crate) use reach::keep_reach;

#[async_trait]
impl EndpointStore for DieselStore {
    async fn register(&self, new: NewEndpoint, most: usize) -> Result<Registered, StoreError> {
        self.write(move |conn| register::register(conn, &new, most)).await
    }

    async fn endpoints(&self, user: UserKey) -> Result<Vec<Endpoint>, StoreError> {
        self.read(move |conn| of_user(conn, user)).await
    }

    async fn verified(
        &self,
        user: UserKey,
        id: EndpointId,
        now: Timestamp,
    ) -> Result<Option<Endpoint>, StoreError> {
        self.write(move |conn| verified(conn, user, id, now)).await
    }

    async fn remove_endpoint(&self, user: UserKey, id: EndpointId) -> Result<bool, StoreError> {
        self.write(move |conn| remove(conn, user, id)).await
    }
}

fn of_user(conn: &mut Conn, user: UserKey) -> Result<Vec<Endpoint>, Failure> {
    let rows: Vec<EndpointRow> = on_conn!(conn, c => endpoints::table
        .filter(endpoints::usr.eq(user.get()))
        .order(endpoints::id)
        .select(EndpointRow::as_select())
        .load(c))?;
    rows.into_iter().map(Endpoint::try_from).collect()
}

fn verified(
    conn: &mut Conn,
    user: UserKey,
    id: EndpointId,
    now: Timestamp,
) -> Result<Option<Endpoint>, Failure> {
    locks::user(conn, user)?;
    on_conn!(conn, c => diesel::update(endpoints::table.find(id.get()))
        .filter(endpoints::usr.eq(user.get()))
        .filter(endpoints::verified_at.is_null())
        .set(endpoints::verified_at.eq(now.as_micros()))
        .execute(c))?;
    keep_reach(conn, [user.get()])?;
    let row: Option<EndpointRow> = on_conn!(conn, c => endpoints::table
        .filter(endpoints::id.eq(id.get()))
        .filter(endpoints::usr.eq(user.get()))
        .select(EndpointRow::as_select())
        .get_result(c)
        .optional())?;
    row.map(Endpoint::try_from).transpose()
}

fn remove(conn: &mut Conn, user: UserKey, id: EndpointId) -> Result<bool, Failure> {
    locks::user(conn, user)?;
    let removed = on_conn!(conn, c => diesel::delete(endpoints::table.find(id.get()))
        .filter(endpoints::usr.eq(user.get()))
        .execute(c))?;
    if removed > 0 {
        keep_reach(conn, [user.get()])?;
    }
    Ok(removed > 0)
}

/// The endpoints of these users that something may go out to, by user, the oldest first.
pub(crate) fn reachable(
    conn: &mut Conn,
    users: &List<i64>,
) -> Result<HashMap<i64, Vec<(EndpointId, Address)>>, Failure> {
    let is_ready =
        endpoints::verified_at.is_not_null().or(endpoints::channel.ne(Channel::Webhook.as_str()));
    let rows: Vec<(i64, EndpointRow)> = on_conn!(conn, c => endpoints::table
        .filter(endpoints::usr.in_list(users))
        .filter(is_ready)
        .order(endpoints::id)
        .select((endpoints::usr, EndpointRow::as_select()))
        .load(c))?;
    let mut found: HashMap<i64, Vec<_>> = HashMap::new();
    for (user, row) in rows {
        let Endpoint { id, address, .. } = row.try_into()?;
        found.entry(user).or_default().push((id, address));
    }
    Ok(found)
}

mod reach;
mod row;

use std::collections::HashMap;

use diesel::prelude::*;
use herald_domain::{Address, Channel, EndpointId};
use herald_ports::Endpoint;

use self::row::EndpointRow;
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::schema::endpoints;
use crate::statements::{InListDsl, List};

pub(crate) use reach::keep_reach;

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

use diesel::prelude::*;
use herald_domain::Channel;
use herald_ports::{Endpoint, NewEndpoint, Registered};

use super::keep_reach;
use super::row::{EndpointRow, columns};
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::locks;
use crate::rows::micros;
use crate::schema::endpoints;

pub(super) fn register(
    conn: &mut Conn,
    new: &NewEndpoint,
    most: usize,
) -> Result<Registered, Failure> {
    let (channel, address, secrets) = columns(&new.address)?;
    let known = find(conn, channel, address)?;
    let user = new.user.get();
    let users: Vec<i64> = known.iter().map(|(owner, _)| *owner).chain([user]).collect();
    locks::users(conn, &users)?;
    if !conn.is_alone() && find(conn, channel, address)? != known {
        return Err(moved());
    }
    let endpoint = match known {
        Some((owner, before)) if owner == user => {
            replace(conn, &before.try_into()?, new, &secrets)?
        }
        known => {
            if count(conn, user)? >= most {
                return Ok(Registered::TooMany);
            }
            if let Some((_, before)) = known {
                // what waits for whoever had it must not come to who has it now
                let before: Endpoint = before.try_into()?;
                on_conn!(conn, c => diesel::delete(endpoints::table.find(before.id.get()))
                    .execute(c))?;
            }
            add(conn, new, channel, address, &secrets)?
        }
    };
    keep_reach(conn, users)?;
    Ok(Registered::Done(endpoint))
}

/// The endpoint at that address, and whose it is.
fn find(
    conn: &mut Conn,
    channel: Channel,
    address: &str,
) -> Result<Option<(i64, EndpointRow)>, Failure> {
    Ok(on_conn!(conn, c => endpoints::table
        .filter(endpoints::channel.eq(channel.as_str()))
        .filter(endpoints::address.eq(address))
        .select((endpoints::usr, EndpointRow::as_select()))
        .get_result(c)
        .optional())?)
}

fn moved() -> Failure {
    Failure::Again("the endpoint was registered meanwhile".to_owned())
}

fn count(conn: &mut Conn, user: i64) -> Result<usize, Failure> {
    let count: i64 = on_conn!(conn, c => endpoints::table
        .filter(endpoints::usr.eq(user))
        .count()
        .get_result(c))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Replaces what belongs to an endpoint of the user's own.
fn replace(
    conn: &mut Conn,
    before: &Endpoint,
    new: &NewEndpoint,
    secrets: &str,
) -> Result<Endpoint, Failure> {
    let verified_at = before.verified_at.or(new.verified.then_some(new.now));
    let columns = (
        endpoints::secrets.eq(secrets),
        endpoints::label.eq(new.label.as_ref().or(before.label.as_ref())),
        endpoints::verified_at.eq(micros(verified_at)),
    );
    let row: EndpointRow = on_conn!(conn, c => diesel::update(endpoints::table.find(before.id.get()))
        .set(columns)
        .returning(EndpointRow::as_returning())
        .get_result(c))?;
    row.try_into()
}

fn add(
    conn: &mut Conn,
    new: &NewEndpoint,
    channel: Channel,
    address: &str,
    secrets: &str,
) -> Result<Endpoint, Failure> {
    let row = (
        endpoints::usr.eq(new.user.get()),
        endpoints::channel.eq(channel.as_str()),
        endpoints::address.eq(address),
        endpoints::secrets.eq(secrets),
        endpoints::label.eq(new.label.as_ref()),
        endpoints::created_at.eq(new.now.as_micros()),
        endpoints::verified_at.eq(new.verified.then_some(new.now.as_micros())),
    );
    let row: Option<EndpointRow> = on_conn!(conn, c => diesel::insert_into(endpoints::table)
        .values(row)
        .on_conflict((endpoints::channel, endpoints::address))
        .do_nothing()
        .returning(EndpointRow::as_returning())
        .get_result(c)
        .optional())?;
    row.ok_or_else(moved)?.try_into()
}

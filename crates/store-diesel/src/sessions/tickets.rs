use diesel::prelude::*;
use herald_domain::{SessionId, Timestamp, UserKey};
use herald_ports::{Ticket, TokenHash};

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::schema::tickets;

pub(super) fn issue(
    conn: &mut Conn,
    hash: &TokenHash,
    ticket: &Ticket,
    now: Timestamp,
) -> Result<(), Failure> {
    let expired = tickets::expires_at.le(now.as_micros());
    on_conn!(conn, c => diesel::delete(tickets::table.filter(expired)).execute(c))?;
    let row = (
        tickets::hash.eq(hash.as_slice()),
        tickets::usr.eq(ticket.user.get()),
        tickets::session.eq(ticket.session.as_ref().map(SessionId::as_str)),
        tickets::access_expires_at.eq(ticket.access_expires_at.as_micros()),
        tickets::expires_at.eq(ticket.expires_at.as_micros()),
    );
    on_conn!(conn, c => diesel::insert_into(tickets::table).values(row).execute(c))?;
    Ok(())
}

pub(super) fn redeem(
    conn: &mut Conn,
    hash: &TokenHash,
    now: Timestamp,
) -> Result<Option<Ticket>, Failure> {
    let row: Option<(i64, Option<String>, i64, i64)> = on_conn!(conn, c => diesel::delete(tickets::table.find(hash.as_slice()))
            .returning((
                tickets::usr,
                tickets::session,
                tickets::access_expires_at,
                tickets::expires_at,
            ))
            .get_result(c)
            .optional())?;
    let Some((user, session, access_expires_at, expires_at)) = row else {
        return Ok(None);
    };
    let ticket = Ticket {
        user: UserKey::new(user),
        session: session.map(SessionId::new),
        access_expires_at: Timestamp::from_micros(access_expires_at),
        expires_at: Timestamp::from_micros(expires_at),
    };
    Ok(Some(ticket).filter(|ticket| ticket.expires_at > now))
}

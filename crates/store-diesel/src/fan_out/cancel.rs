use diesel::prelude::*;
use herald_domain::{NotificationId, State, Timestamp};
use herald_ports::{Cancelled, SentNotification};

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::notifications::sent;
use crate::schema::{notifications, outbox};

pub(super) fn cancel(
    conn: &mut Conn,
    id: NotificationId,
    principal: &str,
    now: Timestamp,
) -> Result<Cancelled, Failure> {
    let Some(SentNotification { mut receipt, .. }) =
        sent(conn, id)?.filter(|sent| sent.principal == principal)
    else {
        return Ok(Cancelled::Unknown);
    };
    if receipt.state == State::Cancelled {
        return Ok(Cancelled::Done(receipt));
    }
    let removed = on_conn!(conn, c => diesel::delete(outbox::table.find(id.get()))
        .filter(outbox::due_at.gt(now.as_micros()))
        .execute(c))?;
    if removed == 0 {
        // unless somebody else has just cancelled it
        let now = sent(conn, id)?.map(|sent| sent.receipt);
        let cancelled = now.filter(|receipt| receipt.state == State::Cancelled);
        return Ok(cancelled.map_or(Cancelled::TooLate, Cancelled::Done));
    }
    receipt.state = State::Cancelled;
    on_conn!(conn, c => diesel::update(notifications::table.find(id.get()))
        .set(notifications::state.eq(receipt.state.as_str()))
        .execute(c))?;
    Ok(Cancelled::Done(receipt))
}

//! What was answered under which key.

use diesel::prelude::*;
use herald_domain::Timestamp;
use herald_ports::{Accepted, Idempotency, Outcome};

use crate::conn::{Conn, on_conn};
use crate::failure::{Failure, column};
use crate::schema::idempotency_keys::{self as keys, created_at, fingerprint, key, outcomes};

/// What a request under that key was answered.
pub(crate) fn answered(
    conn: &mut Conn,
    idempotency: &Idempotency,
) -> Result<Option<Accepted>, Failure> {
    let row: Option<(Vec<u8>, String)> = on_conn!(conn, c => keys::table
        .filter(key.eq(idempotency.key.as_slice()))
        .select((fingerprint, outcomes))
        .get_result(c)
        .optional())?;
    let Some((print, answer)) = row else {
        return Ok(None);
    };
    if print != idempotency.fingerprint {
        return Ok(Some(Accepted::Mismatch));
    }
    let answer = column("idempotency_keys", "outcomes", serde_json::from_str(&answer))?;
    Ok(Some(Accepted::Replayed(answer)))
}

/// Keeps the answer of a request under a key that is new.
pub(crate) fn keep(
    conn: &mut Conn,
    idempotency: &Idempotency,
    answer: &[Outcome],
    now: Timestamp,
) -> Result<(), Failure> {
    let answer = column("idempotency_keys", "outcomes", serde_json::to_string(answer))?;
    let row = (
        key.eq(idempotency.key.as_slice()),
        fingerprint.eq(idempotency.fingerprint.as_slice()),
        outcomes.eq(answer),
        created_at.eq(now.as_micros()),
    );
    let kept = on_conn!(conn, c => diesel::insert_into(keys::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    if kept == 0 {
        // another process has kept it since we looked: what was done here is undone
        return Err(Failure::Again("the same request is being answered".to_owned()));
    }
    Ok(())
}

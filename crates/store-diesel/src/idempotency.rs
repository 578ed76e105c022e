//! What was answered under which key.

use std::collections::HashMap;

use diesel::prelude::*;
use herald_domain::Timestamp;
use herald_ports::{Accepted, Idempotency, Outcome};

use crate::conn::{Conn, on_conn};
use crate::failure::{Failure, column};
use crate::postgres::PgConnection;
use crate::schema::idempotency_keys::{self as keys, created_at, fingerprint, key, outcomes};

/// What stands under a key: the request's fingerprint, and its answer.
type Kept = (Vec<u8>, String);

/// What a request under that key was answered.
pub(crate) fn answered(
    conn: &mut Conn,
    idempotency: &Idempotency,
) -> Result<Option<Accepted>, Failure> {
    let row: Option<Kept> = on_conn!(conn, c => keys::table
        .filter(key.eq(idempotency.key.as_slice()))
        .select((fingerprint, outcomes))
        .get_result(c)
        .optional())?;
    row.map(|kept| read(&kept, idempotency)).transpose()
}

/// What stands under those of these keys that are not new.
pub(crate) fn known(
    conn: &mut PgConnection,
    idempotency: &[Idempotency],
) -> Result<HashMap<Vec<u8>, Kept>, Failure> {
    let names: Vec<&[u8]> = idempotency.iter().map(|one| one.key.as_slice()).collect();
    let rows: Vec<(Vec<u8>, Kept)> =
        keys::table.filter(key.eq_any(names)).select((key, (fingerprint, outcomes))).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The same of one request, once that is known.
pub(crate) fn answer(
    known: &HashMap<Vec<u8>, Kept>,
    idempotency: &Idempotency,
) -> Result<Option<Accepted>, Failure> {
    known.get(idempotency.key.as_slice()).map(|kept| read(kept, idempotency)).transpose()
}

fn read((print, answer): &Kept, idempotency: &Idempotency) -> Result<Accepted, Failure> {
    if *print != idempotency.fingerprint {
        return Ok(Accepted::Mismatch);
    }
    let answer = column("idempotency_keys", "outcomes", serde_json::from_str(answer))?;
    Ok(Accepted::Replayed(answer))
}

/// Keeps the answer of a request under a key that is new.
pub(crate) fn keep(
    conn: &mut Conn,
    idempotency: &Idempotency,
    answer: &[Outcome],
    now: Timestamp,
) -> Result<(), Failure> {
    let row = (
        key.eq(idempotency.key.as_slice()),
        fingerprint.eq(idempotency.fingerprint.as_slice()),
        outcomes.eq(written(answer)?),
        created_at.eq(now.as_micros()),
    );
    let kept = on_conn!(conn, c => diesel::insert_into(keys::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    if kept == 0 { Err(taken()) } else { Ok(()) }
}

/// An answer as it is kept.
pub(crate) fn written(answer: &[Outcome]) -> Result<String, Failure> {
    column("idempotency_keys", "outcomes", serde_json::to_string(answer))
}

/// Another process has answered under that key since we looked: what was done here is undone, and
/// whoever looks again finds it.
pub(crate) fn taken() -> Failure {
    Failure::Again("the same request is being answered".to_owned())
}

use herald_ports::{Planned, Planning};

use super::batch::Batch;
use super::decide::Decided;
use super::take::take;
use crate::conn::Conn;
use crate::failure::Failure;

/// The most that is decided at once on SQLite, where whoever sends waits for it: a few milliseconds.
const MOST: usize = 128;
/// The most on PostgreSQL, where nobody waits.
const MOST_BESIDE_OTHERS: usize = 512;

/// Makes deliveries of some of what is to be decided now.
pub(super) fn plan(conn: &mut Conn, planning: &Planning) -> Result<Planned, Failure> {
    let most = if conn.is_alone() { MOST } else { MOST_BESIDE_OTHERS };
    let taken = take(conn, planning.now, planning.limit.clamp(1, most))?;
    if taken.is_empty() {
        return Ok(Planned::default());
    }
    let batch = Batch::of(conn, &taken, planning.now)?;
    let decided = Decided::of(planning, batch, &taken);
    let due = decided.due;
    decided.write(conn)?;
    Ok(Planned { taken: taken.len(), due })
}

use diesel::prelude::*;

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::statements::{KeepReach, List};

/// Notes by which channels these users, who are held, have an address, after one has come or gone.
pub(crate) fn keep_reach(
    conn: &mut Conn,
    users: impl IntoIterator<Item = i64>,
) -> Result<(), Failure> {
    let users = &List::of_numbers(users);
    on_conn!(conn, c => KeepReach { users }.execute(c))?;
    Ok(())
}

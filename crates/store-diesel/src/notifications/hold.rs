use herald_domain::Audience;
use herald_ports::Append;

use super::known::{drafts, named, people};
use crate::conn::Conn;
use crate::failure::Failure;
use crate::locks::{self, Matter};

/// Holds what the entries of an append need: all at once, and in the order in which everybody does.
pub(super) fn hold(conn: &mut Conn, append: &Append) -> Result<(), Failure> {
    let known = match conn {
        Conn::Sqlite(_) => return Ok(()),
        Conn::Pg(c) => people(c, std::iter::once(append))?,
    };
    if drafts(append).any(|draft| !matches!(draft.to, Audience::Users(_))) {
        Matter::Audiences.share(conn)?;
    }
    let at_once = drafts(append).map(named).filter(|ids| ids.len() <= Audience::MAX_AT_ONCE);
    let users: Vec<i64> =
        at_once.flatten().filter_map(|id| known.get(id.as_str()).map(|one| one.key)).collect();
    locks::heads(conn, &users)
}

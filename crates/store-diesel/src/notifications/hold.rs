use herald_domain::{Audience, Draft};
use herald_ports::{Append, Entry};

use crate::conn::Conn;
use crate::failure::Failure;
use crate::locks::{self, Matter};

/// Holds what the entries of an append need: all at once, and in the order in which everybody does.
pub(super) fn hold(conn: &mut Conn, append: &Append) -> Result<(), Failure> {
    if conn.is_alone() {
        return Ok(());
    }
    if drafts(append).any(|draft| !matches!(draft.to, Audience::Users(_))) {
        Matter::Audiences.share(conn)?;
    }
    let named = drafts(append).filter_map(|draft| match &draft.to {
        Audience::Users(ids) if ids.len() <= Audience::MAX_AT_ONCE => Some(ids),
        _ => None,
    });
    locks::inboxes_of(conn, named.flatten())
}

fn drafts(append: &Append) -> impl Iterator<Item = &Draft> {
    append.entries.iter().filter_map(|entry| match entry {
        Entry::Send(draft) => Some(draft),
        Entry::Refused(_) => None,
    })
}

use std::collections::HashMap;

use diesel::prelude::*;
use herald_domain::{Content, Timestamp, UserId, UserKey};
use herald_ports::{Append, Delivered, Refusal};

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::rows::{HeadRow, head};
use crate::statements::{FindInboxes, FindNamesakes, List, asked_of};
use crate::users::create;

/// Somebody who is named.
#[derive(Clone)]
pub(super) struct Recipient {
    pub(super) inbox: Delivered,
    /// whether the recipient does not want it in the inbox
    pub(super) unwilling: bool,
    /// by which channels the recipient has an address
    pub(super) reach: i64,
    /// which of them the recipient asked for
    pub(super) eager: i64,
}

/// Those who are named, in ascending order of their keys, or why they cannot all be told. Creates those
/// who do not exist, if the sender may, but only if nobody is refused.
pub(super) fn resolve(
    conn: &mut Conn,
    append: &Append,
    ids: &[UserId],
    content: &Content,
) -> Result<Result<Vec<Recipient>, Refusal>, Failure> {
    let found = find(conn, ids, content, append.now)?;
    let (mut recipients, mut unknown) = (Vec::with_capacity(ids.len()), Vec::new());
    for (id, found) in ids.iter().zip(found) {
        match found {
            Some(recipient) => recipients.push(recipient),
            None => unknown.push(id.clone()),
        }
    }
    if !unknown.is_empty() {
        let refused = refuse(conn, append, &unknown)?;
        if !refused.is_empty() {
            let violations = refused.into_iter().flat_map(|refusal| refusal.violations).collect();
            return Ok(Err(Refusal { violations }));
        }
        create(conn, &unknown, append.now)?;
        recipients.extend(find(conn, &unknown, content, append.now)?.into_iter().flatten());
    }
    // heads are locked in this order, so that overlapping audiences cannot wait for each other
    recipients.sort_unstable_by_key(|recipient| recipient.inbox.user);
    Ok(Ok(recipients))
}

/// Those of the users who exist, in the order in which they are named.
fn find(
    conn: &mut Conn,
    ids: &[UserId],
    content: &Content,
    now: Timestamp,
) -> Result<Vec<Option<Recipient>>, Failure> {
    let find =
        FindInboxes { ids: &List::of_ids(ids), category: asked_of(content), now: now.as_micros() };
    let rows: Vec<(i64, i64, bool, i64, i64, HeadRow)> = on_conn!(conn, c => find.load(c))?;
    let mut found = vec![None; ids.len()];
    for (place, user, unwilling, reach, eager, row) in rows {
        if let Some(slot) = usize::try_from(place).ok().and_then(|place| found.get_mut(place)) {
            let inbox = Delivered { user: UserKey::new(user), head: head(row) };
            *slot = Some(Recipient { inbox, unwilling, reach, eager });
        }
    }
    Ok(found)
}

/// Why unknown users are not created.
fn refuse(conn: &mut Conn, append: &Append, unknown: &[UserId]) -> Result<Vec<Refusal>, Failure> {
    let ids = &List::of_ids(unknown);
    let namesakes: Vec<(String, String)> = on_conn!(conn, c => FindNamesakes { ids }.load(c))?;
    let namesakes: HashMap<String, String> = namesakes.into_iter().collect();
    let refusal = |id: &UserId| match namesakes.get(id.as_str()) {
        _ if id.is_reserved() => Some(Refusal::unknown_recipient(id.as_str())),
        Some(other) => Some(Refusal::username_not_id(id.as_str(), other)),
        None if append.create_recipients => None,
        None => Some(Refusal::unknown_recipient(id.as_str())),
    };
    Ok(unknown.iter().filter_map(refusal).collect())
}
